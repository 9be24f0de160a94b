import type { FlagDefinition, StoredFlag } from '../../model/flag.ts';
import { type Issue, Problem } from '../../model/problem.ts';
import type { AppWrite } from '../decide/write.ts';
import { flagView } from '../view.ts';

/** One stored flag with every extension, and what the tests of writes ask of a decision. */

export const definition: FlagDefinition = {
  key: 'checkout',
  description: 'The new checkout',
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'off',
  off_variation: 'off',
  rules: [
    {
      id: 'r_first1',
      priority: 1,
      conditions: [{ attribute: 'plan', operator: 'in', value: ['pro'], ignore_case: true }],
      serve_variation: 'on',
      rollout: { percentage: 5 },
    },
    {
      id: 'r_second',
      priority: 2,
      conditions: [
        {
          logical_operator: 'OR',
          clauses: [{ attribute: 'country', operator: 'equals', value: 'us', ignore_case: true }],
        },
      ],
      serve_variation: 'on',
      split: {
        allocations: [
          { variation: 'on', ranges: [[0, 60]] },
          { variation: 'off', ranges: [[60, 100]] },
        ],
      },
    },
  ],
  metadata: { team: 'payments' },
  tags: ['checkout'],
  client_side: false,
  bucketing: { hash: 'murmur3', salt: 'default/checkout' },
};

export const storedAs = (flag: FlagDefinition, version = 7): StoredFlag => ({
  definition: flag,
  type: 'boolean',
  version,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-02T00:00:00.000Z',
  updated_by: 'Ada',
});
export const stored = storedAs(definition);
export const current = new Map([['checkout', stored]]);
export const none = new Map<string, StoredFlag>();
export const defaults = { account: 'default', clientSide: true };

export const answer: Record<string, unknown> = JSON.parse(JSON.stringify(flagView(stored)));
export const without = (flag: Record<string, unknown>, ...fields: string[]) =>
  Object.fromEntries(Object.entries(flag).filter(([field]) => !fields.includes(field)));

export const changesOf = (write: AppWrite, flags: ReadonlyMap<string, StoredFlag> = current) =>
  write.decide(flags, new Map(), new Map()).changes;
export const refusal = (attempt: () => unknown): { kind: string; issues: readonly Issue[] } => {
  try {
    attempt();
  } catch (error) {
    if (error instanceof Problem) return { kind: error.kind, issues: error.issues };
    throw error;
  }
  throw new Error('nothing was refused');
};
export const resultOf = (write: AppWrite): FlagDefinition | null => {
  const [change] = changesOf(write);
  return change === undefined || change.kind === 'segment' || change.event === 'delete' ? null : change.after;
};
