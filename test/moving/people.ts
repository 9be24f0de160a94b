import type { Random } from './random.ts';

/** What people may have, by attribute: always of one type, or missing, or null. */
export const TEXTS = {
  plan: ['free', 'pro', 'team', 'Pro'],
  country: ['de', 'fr', 'us', 'jp'],
  email: ['ada@example.com', 'bob@example.org', 'eve@test.example.com', 'null'],
} as const;
export const NUMBERS = { age: [0, 17, 18, 18.5, 65, -1], logins: [0, 1, 10, 100] } as const;
export const BOOLEANS = { beta: [true, false], staff: [true, false] } as const;
export const VERSIONS = {
  appVersion: ['1.0.0', '1.2.3', '1.10.0', '2.0.0-beta.1', '2.0.0', '2.10.0', '10.0.0'],
} as const;
export const DATES = {
  signedUp: ['2025-01-01T00:00:00Z', '2026-01-01T12:00:00.500Z', '2026-06-30T23:59:59+02:00'],
} as const;
export const LISTS = { groups: ['red', 'green', 'blue', 'admin'] } as const;
export const ADDRESSES = { remoteAddress: ['10.0.0.1', '10.1.2.3', '192.168.1.7', '8.8.8.8'] } as const;

/** Attributes beside the one that identifies a person; nulls are attributes that are there and null. */
export type Person = { readonly id: string; readonly attributes: Readonly<Record<string, unknown>> };

export const people = (random: Random, count: number): readonly Person[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `user-${index * 7919}`,
    attributes: attributesOf(random),
  }));

const SINGLE = { ...TEXTS, ...NUMBERS, ...BOOLEANS, ...VERSIONS, ...DATES, ...ADDRESSES };

const attributesOf = (random: Random): Person['attributes'] => {
  const attributes: Record<string, unknown> = {};
  const give = (name: string, value: () => unknown): void => {
    const kind = random.next();
    if (kind < 0.8) attributes[name] = value();
    else if (kind < 0.9) attributes[name] = null;
  };
  for (const [name, values] of Object.entries(SINGLE)) {
    give(name, () => random.pick<string | number | boolean>(values));
  }
  give('groups', () => random.some(LISTS.groups, random.below(4)));
  give('sessionId', () => `session-${random.below(10_000)}`);
  give('company', () => `company-${random.below(50)}`);
  give('address', () => ({ city: random.pick(['Berlin', 'Paris', 'Tokyo']) }));
  return attributes;
};
