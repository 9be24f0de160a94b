import type { JsonValue } from '@halyard/engine';
import { sameJson } from '../flags/diff/diff.ts';
import { joinPath } from '../flags/diff/diff-path.ts';
import { type Bare, type BareObject, plain } from '../flags/diff/diff-tree.ts';

/** How one flag or segment of an environment stands to that of another. */
export type Status = 'same' | 'behind' | 'ahead' | 'diverged' | 'only_from' | 'only_to';

export interface Difference {
  /** In the environment that is compared from; absent: the field is not there. */
  readonly from?: JsonValue;
  readonly to?: JsonValue;
  /** Who changed it since the two were last the same; `both` too where they never were. */
  readonly side: 'from' | 'to' | 'both';
}

export type Differences = Readonly<Record<string, Difference>>;

export interface Compared {
  readonly status: Exclude<Status, 'only_from' | 'only_to'>;
  /** By dotted path; rules go by their ids. */
  readonly diff: Differences;
  /** What both make together; null: they contradict each other. */
  readonly merged: BareObject | null;
}

/** Without what every object inherits: a member may be called `constructor`. */
const NOTHING: BareObject = Object.freeze(Object.create(null));

/** Objects whose members are changed by themselves; everything else is one value. `*` is any name. */
const OPEN: readonly (readonly string[])[] = [[], ['variations'], ['metadata'], ['rules'], ['rules', '*']];

/**
 * Compares two definitions, as trees, with what they last had in common; null: they never had.
 */
export const compareParts = (base: BareObject | null, from: BareObject, to: BareObject): Compared => {
  const diff: Record<string, Difference> = {};
  const merged = mergeObjects(base, from, to, [], diff);
  const sides = new Set(Object.values(diff).map(({ side }) => side));
  if (sides.has('both')) return { status: 'diverged', diff, merged: null };
  const status = sides.has('from') ? 'behind' : sides.has('to') ? 'ahead' : 'same';
  return { status, diff, merged };
};

/** The same differences, all of them changed by both: what they make together is not a definition. */
export const contradicting = ({ diff }: Compared): Compared => ({
  status: 'diverged',
  diff: Object.fromEntries(
    Object.entries(diff).map(([path, one]) => [path, { ...one, side: 'both' as const }]),
  ),
  merged: null,
});

const mergeObjects = (
  base: BareObject | null,
  from: BareObject,
  to: BareObject,
  path: readonly string[],
  diff: Record<string, Difference>,
): BareObject => {
  const merged: BareObject = Object.create(null);
  for (const name of new Set([...Object.keys(to), ...Object.keys(from)])) {
    const value = mergeValues(
      base === null ? null : { was: base[name] },
      from[name],
      to[name],
      [...path, name],
      diff,
    );
    if (value !== undefined) merged[name] = value;
  }
  return merged;
};

/** `base` null: nothing is known of what there was. Undefined is absent. */
const mergeValues = (
  base: { readonly was: Bare | undefined } | null,
  from: Bare | undefined,
  to: Bare | undefined,
  path: readonly string[],
  diff: Record<string, Difference>,
): Bare | undefined => {
  if (isSame(from, to)) return to;
  if (path.length === 1 && path[0] === 'metadata' && (from === undefined || to === undefined)) {
    const merged = mergeValues(
      base === null ? null : { was: base.was ?? NOTHING },
      from ?? NOTHING,
      to ?? NOTHING,
      path,
      diff,
    );
    return isObject(merged) && Object.keys(merged).length === 0 ? undefined : merged;
  }
  if (isObject(from) && isObject(to) && isOpen(path)) {
    const was = base?.was;
    return mergeObjects(base === null ? null : isObject(was) ? was : NOTHING, from, to, path, diff);
  }
  const side =
    base === null ? 'both' : isSame(base.was, from) ? 'to' : isSame(base.was, to) ? 'from' : 'both';
  diff[joinPath(path)] = {
    ...(from === undefined ? {} : { from: plain(from) }),
    ...(to === undefined ? {} : { to: plain(to) }),
    side,
  };
  return side === 'to' ? to : from;
};

const isSame = (a: Bare | undefined, b: Bare | undefined): boolean =>
  a === undefined || b === undefined ? a === b : sameJson(a, b);

const isObject = (value: Bare | undefined): value is BareObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isOpen = (path: readonly string[]): boolean =>
  OPEN.some(
    (open) => open.length === path.length && open.every((name, at) => name === '*' || name === path[at]),
  );
