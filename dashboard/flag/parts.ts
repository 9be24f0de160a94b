import type { Flag, JsonValue, Rule } from '@halyard/engine';

/** The part of a flag that is changed, shown and merged as one: its path as names, `['rules', '2', 'conditions']`. */
export interface Part {
  readonly names: readonly string[];
  readonly value: JsonValue;
}
export type Parts = ReadonlyMap<string, Part>;

export const idOf = (names: readonly string[]): string => JSON.stringify(names);

// A flag is JSON; its types say more than JsonValue can, so each part is widened once, here.
const json = (value: unknown): JsonValue => value as JsonValue;

const servedOf = ({ serve_variation, rollout, split }: Rule): JsonValue =>
  json(
    split === undefined
      ? { serve_variation, ...(rollout === undefined ? {} : { rollout }) }
      : {
          split: {
            ...(split.attribute === undefined ? {} : { attribute: split.attribute }),
            allocations: split.allocations,
          },
        },
  );

const FIELDS = [
  'enabled',
  'description',
  'default_variation',
  'off_variation',
  'client_side',
  'tags',
] as const;

/** A flag taken apart into what people change one at a time. */
export const partsOf = (flag: Flag): Parts => {
  const parts = new Map<string, Part>();
  const put = (value: JsonValue, ...names: readonly string[]) => parts.set(idOf(names), { names, value });
  for (const field of FIELDS) {
    const value = flag[field];
    if (value !== undefined && value !== null && value !== '') put(json(value), field);
  }
  for (const [name, value] of Object.entries(flag.variations)) put(value, 'variations', name);
  for (const [name, value] of Object.entries(flag.metadata ?? {})) put(value, 'metadata', name);
  for (const rule of flag.rules) {
    const priority = String(rule.priority);
    put(json(rule.conditions), 'rules', priority, 'conditions');
    put(servedOf(rule), 'rules', priority, 'serve');
  }
  return parts;
};

/** The flag put together again; what the parts do not hold is taken from `rest` (its key and bucketing). */
export const flagOf = (parts: Parts, rest: Flag): Flag => {
  const { description: _d, off_variation: _o, client_side: _c, tags: _t, metadata: _m, ...identity } = rest;
  const fields: Record<string, JsonValue> = {};
  const variations: [string, JsonValue][] = [];
  const metadata: [string, JsonValue][] = [];
  const rules = new Map<number, Record<string, JsonValue>>();
  for (const { names, value } of parts.values()) {
    const [field = '', name = '', inner] = names;
    if (field === 'variations') variations.push([name, value]);
    else if (field === 'metadata') metadata.push([name, value]);
    else if (field === 'rules') {
      const rule = rules.get(Number(name)) ?? { priority: Number(name) };
      rules.set(
        Number(name),
        inner === 'conditions' ? { ...rule, conditions: value } : { ...rule, ...(value as object) },
      );
    } else fields[field] = value;
  }
  const whole = {
    ...identity,
    ...fields,
    variations: Object.fromEntries(variations),
    ...(metadata.length === 0 && rest.metadata === undefined
      ? {}
      : { metadata: Object.fromEntries(metadata) }),
    ...(fields['tags'] === undefined && rest.tags !== undefined ? { tags: [] } : {}),
    ...(fields['description'] === undefined && rest.description ? { description: '' } : {}),
    rules: [...rules.values()].sort((a, b) => Number(a['priority']) - Number(b['priority'])),
  };
  // Put together from the parts of flags, it is one; the server validates what is sent.
  return whole as unknown as Flag;
};
