import type { Flag, FlagType, FlagValue } from '@halyard/engine';

export const KEY_PATTERN = /^[A-Za-z0-9_-]{1,128}$/;

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

const STARTING_VARIATIONS = {
  boolean: { on: true, off: false },
  string: { control: 'control', treatment: 'treatment' },
  number: { low: 10, high: 100 },
  json: { control: { layout: 'list' }, treatment: { layout: 'grid' } },
} as const satisfies Record<FlagType, Record<string, FlagValue>>;

/**
 * What a new flag of a type starts as: switched off. A boolean one serves `on` to everyone once switched on and can be ramped from
 * there; the others serve their first variation until a rule says otherwise.
 */
export const newFlag = (key: string, type: FlagType, description: string): Flag => {
  const described = description.trim() === '' ? {} : { description: description.trim() };
  if (type === 'boolean') {
    return {
      key,
      ...described,
      enabled: false,
      variations: STARTING_VARIATIONS.boolean,
      default_variation: 'off',
      off_variation: 'off',
      rules: [{ priority: 1, conditions: [], serve_variation: 'on', rollout: { percentage: 100 } }],
    };
  }
  const variations = STARTING_VARIATIONS[type];
  const [first = ''] = Object.keys(variations);
  return { key, ...described, enabled: false, variations, default_variation: first, rules: [] };
};

const METHOD = { boolean: 'Boolean', string: 'String', number: 'Number', json: 'Object' } as const;
const FALLBACK = { boolean: 'false', string: "''", number: '0', json: '{}' } as const;

/** The line a developer pastes to read the flag. */
export const snippetOf = (key: string, type: FlagType): string =>
  `const value = await client.get${METHOD[type]}Value('${key}', ${FALLBACK[type]}, { targetingKey: user.id });`;
