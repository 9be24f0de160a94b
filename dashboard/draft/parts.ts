import type { Flag, JsonValue, Rule } from '@halyard/engine';
import { inOrder, ownKeys, type RuleKeys } from './rule-keys.ts';

/** The part of a flag that is changed, shown and merged as one: its path as names, `['rules', KEY, 'conditions']`. */
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
  'prerequisites',
  'owner',
  'permanent',
  'protected',
  'tests',
] as const;

/** What is left out where the parts have none of it. */
const TAKEN_APART: ReadonlySet<string> = new Set([...FIELDS, 'metadata']);

const moreOf = ({
  priority: _p,
  conditions: _c,
  serve_variation: _v,
  rollout: _r,
  split: _s,
  ...more
}: Rule): object => more;

/** A flag taken apart into what people change one at a time; rules go by their keys, by default their priorities. */
export const partsOf = (flag: Flag, keys: RuleKeys = ownKeys(flag.rules)): Parts => {
  const parts = new Map<string, Part>();
  const put = (value: JsonValue, ...names: readonly string[]) => parts.set(idOf(names), { names, value });
  for (const field of FIELDS) {
    const value = flag[field];
    // A description that is null is none; `off_variation: null` says something of its own.
    const none = value === undefined || value === '' || (value === null && field !== 'off_variation');
    if (!none) put(json(value), field);
  }
  for (const [name, value] of Object.entries(flag.variations)) put(value, 'variations', name);
  for (const [name, value] of Object.entries(flag.metadata ?? {})) put(value, 'metadata', name);
  for (const [index, rule] of inOrder(flag.rules).entries()) {
    const key = keys[index] ?? `${rule.priority}`;
    put(json(rule.conditions), 'rules', key, 'conditions');
    put(servedOf(rule), 'rules', key, 'serve');
    const more = moreOf(rule);
    if (Object.keys(more).length > 0) put(json(more), 'rules', key, 'more');
  }
  return parts;
};

/** A rule put together again from its parts. */
const ruleOf = (parts: Parts, key: string, priority: number): Rule => {
  const part = (name: string) => parts.get(idOf(['rules', key, name]))?.value;
  const rule = {
    priority,
    ...Object(part('more')),
    conditions: part('conditions') ?? [],
    ...Object(part('serve')),
  };
  // Its parts were taken from rules.
  return rule as Rule;
};

/**
 * The flag put together again, its rules those of `order` with their priorities; what the parts do not hold is taken from `rest` (its
 * key and bucketing).
 */
export const flagOf = (
  parts: Parts,
  rest: Flag,
  order: readonly { readonly key: string; readonly priority: number }[] = inOrder(rest.rules).map(
    ({ priority }) => ({ key: `${priority}`, priority }),
  ),
): Flag => {
  const identity = Object.fromEntries(Object.entries(rest).filter(([name]) => !TAKEN_APART.has(name)));
  const fields: Record<string, JsonValue> = {};
  const variations: [string, JsonValue][] = [];
  const metadata: [string, JsonValue][] = [];
  for (const { names, value } of parts.values()) {
    const [field = '', name = ''] = names;
    if (field === 'variations') variations.push([name, value]);
    else if (field === 'metadata') metadata.push([name, value]);
    else if (field !== 'rules') fields[field] = value;
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
    rules: order.map(({ key, priority }) => ruleOf(parts, key, priority)),
  };
  // Put together from the parts of flags, it is one; the server validates what is sent.
  return whole as unknown as Flag;
};
