import type { Flag, FlagType } from '@halyard/engine';

/** Keys of flags and segments, and names of variations and metadata; `.`, `:` and `|` do not begin one. */
export const KEY_PATTERN = /^[A-Za-z0-9_-][A-Za-z0-9_.:|-]{0,127}$/;

/** `New checkout!` → `new-checkout`: the key a name suggests. */
export const keyOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .trim()
    .replace(/[^A-Za-z0-9_]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .toLowerCase()
    .slice(0, 128);

/**
 * A new boolean flag: switched off; once switched on it serves `on` to everyone, and can be ramped from there. Of the other types only
 * who makes the flag knows the values.
 */
export const newBooleanFlag = (key: string, description: string): Flag => ({
  ...startOf(key, description),
  variations: { on: true, off: false },
  default_variation: 'off',
  off_variation: 'off',
  rules: [{ priority: 1, conditions: [], serve_variation: 'on', rollout: { percentage: 100 } }],
});

/** A new flag with the variations that somebody named: switched off, and the first of them for everyone until a rule says otherwise. */
export const newFlag = (key: string, description: string, variations: Flag['variations']): Flag => ({
  ...startOf(key, description),
  variations,
  default_variation: Object.keys(variations)[0] ?? '',
  rules: [],
});

const startOf = (key: string, description: string) => ({
  key,
  ...(description.trim() === '' ? {} : { description: description.trim() }),
  enabled: false,
});

const METHOD = { boolean: 'Boolean', string: 'String', number: 'Number', json: 'Object' } as const;
const FALLBACK = { boolean: 'false', string: "''", number: '0', json: '{}' } as const;

/** The line a developer pastes to read the flag. */
export const snippetOf = (key: string, type: FlagType): string =>
  `const value = await client.get${METHOD[type]}Value('${key}', ${FALLBACK[type]}, { targetingKey: user.id });`;
