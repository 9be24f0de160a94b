import type { Load } from '../subject.ts';
import { type Attributes, COMPANIES, MEMBERS, type Workload } from '../workloads.ts';

const members = new Set(MEMBERS);

/** The limit: what somebody would write who needs no flags. A rollout has no such form: hashing is what it costs. */
const DECISIONS: Readonly<Record<Workload, ((context: Attributes) => boolean) | null>> = {
  F1: () => false,
  F2: (context) =>
    (context.plan === 'enterprise' && context.region === 'us') || context.email.endsWith('@example.com'),
  F3: null,
  F4: (context) => {
    for (const company of COMPANIES) {
      if (context.company === company && context.device === 'mobile') return true;
    }
    return false;
  },
  F5: (context) => members.has(context.targetingKey),
};

export const loadHandWritten: Load = (wanted) => ({
  name: 'hand-written `if`',
  version: '',
  prepare: (context) => context,
  decide: (key) => DECISIONS[wanted.find((flag) => flag.key === key)?.workload ?? 'F1'] ?? (() => null),
});
