/** The five decisions every subject is asked for, over the same thousand contexts. */

export interface Attributes {
  readonly targetingKey: string;
  readonly email: string;
  readonly plan: string;
  readonly region: string;
  readonly company: string;
  readonly device: string;
  readonly age: number;
  readonly version: string;
}

const PLANS = ['free', 'pro', 'enterprise'];
const REGIONS = ['us', 'eu', 'ap', 'sa'];

const pick = (list: readonly string[], index: number): string => list[index % list.length] ?? '';

const made = Array.from(
  { length: 1000 },
  (_, index): Attributes => ({
    targetingKey: `user-${index}`,
    email: `user${index}@${index % 5 === 0 ? 'example.com' : 'mail.test'}`,
    plan: pick(PLANS, index * 7),
    region: pick(REGIONS, index * 5),
    company: 'company-20',
    device: 'mobile',
    age: 18 + (index % 60),
    version: `2.${index % 10}.0`,
  }),
);

/** As a server has them: parsed from JSON. */
export const contexts: readonly Attributes[] = JSON.parse(JSON.stringify(made));

export const MEMBERS: readonly string[] = Array.from({ length: 1000 }, (_, index) => `user-${index * 2}`);

export const COMPANIES: readonly string[] = Array.from({ length: 20 }, (_, index) => `company-${index + 1}`);

export const WORKLOADS = {
  F1: 'no rules',
  F2: '(plan equals enterprise and region equals us) or email ends with @example.com',
  F3: '25 % rollout',
  F4: 'twenty rules of two conditions, the last one matches',
  F5: 'membership in a list of 1,000',
} as const;

export type Workload = keyof typeof WORKLOADS;

export const workloadNames: readonly Workload[] = ['F1', 'F2', 'F3', 'F4', 'F5'];

/** What is right; null where it depends on a peer's own buckets: then the share must be about 25 %. */
export const rightAnswer: Readonly<Record<Workload, (context: Attributes) => boolean | null>> = {
  F1: () => false,
  F2: ({ plan, region, email }) =>
    (plan === 'enterprise' && region === 'us') || email.endsWith('@example.com'),
  F3: () => null,
  F4: () => true,
  F5: ({ targetingKey }) => MEMBERS.includes(targetingKey),
};

/** A flag to define: its key, and which of the five decisions it makes. */
export interface Wanted {
  readonly key: string;
  readonly workload: Workload;
}

export const single: readonly Wanted[] = workloadNames.map((workload) => ({
  key: workload.toLowerCase(),
  workload,
}));

/** A page or a request that asks for everything: a thousand flags, two hundred of each decision. */
export const many: readonly Wanted[] = Array.from({ length: 1000 }, (_, index) => ({
  key: `flag-${index}`,
  workload: workloadNames[index % workloadNames.length] ?? 'F1',
}));
