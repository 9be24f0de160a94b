import type { Context } from '@halyard/engine';

export type ReadContext = { readonly context: Context } | { readonly message: string };

/** A context as people paste it: a JSON object, or only a targeting key. */
export const readContext = (text: string): ReadContext => {
  const trimmed = text.trim();
  if (trimmed === '') return { context: {} };
  if (!trimmed.startsWith('{')) {
    if (/^["[]/.test(trimmed) || trimmed.includes('\n')) return { message: 'Expected a JSON object.' };
    return { context: { targetingKey: trimmed } };
  }
  try {
    const value: unknown = JSON.parse(trimmed);
    // A text that starts with a brace and parses is an object.
    return { context: value as Context };
  } catch (error) {
    return { message: error instanceof Error ? error.message : String(error) };
  }
};

/** Named contexts kept in this browser; no secret belongs in them, and none is sent anywhere. */
export interface TestUser {
  readonly name: string;
  readonly text: string;
}

const KEY = 'halyard-test-users';

const isTestUser = (value: unknown): value is TestUser =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  'text' in value &&
  typeof value.text === 'string';

export const readTestUsers = (storage: Pick<Storage, 'getItem'>): readonly TestUser[] => {
  try {
    const stored: unknown = JSON.parse(storage.getItem(KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter(isTestUser) : [];
  } catch {
    return [];
  }
};

export const writeTestUsers = (storage: Pick<Storage, 'setItem'>, users: readonly TestUser[]): void => {
  try {
    storage.setItem(KEY, JSON.stringify(users));
  } catch {
    // A browser may refuse storage; the users last as long as the page then.
  }
};
