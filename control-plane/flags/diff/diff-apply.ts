import type { JsonValue } from '@halyard/engine';
import type { Diff } from '../../model/changelog.ts';
import type { FlagDefinition } from '../../model/flag.ts';
import type { SegmentDefinition } from '../../model/segment.ts';
import { splitPath } from './diff-path.ts';
import { type Bare, type BareObject, bare, bareFlag, bareObject, isList, plain } from './diff-tree.ts';

/**
 * The state after a diff: `applyDiff(before, diffFlags(before, after))` is `after`, its rules sorted by priority and the
 * order of names in objects left aside. Null when nothing is left (the flag was deleted).
 *
 * Throws a RangeError for a diff that does not belong to `before`: what it says was there is not.
 */
export function applyDiff(before: FlagDefinition | null, diff: Diff): FlagDefinition | null {
  const tree = bareFlag(before);
  applyTo(tree, diff);
  return flagOf(tree);
}

function applyTo(tree: BareObject, diff: Diff): void {
  const steps = Object.entries(diff).map(([path, change]) => step(path, change.to));
  // The end of a list goes from the back and comes from the front, whatever order the diff was stored in.
  for (const { names, last, path } of steps
    .filter(({ to }) => to === undefined)
    .sort(byLast)
    .reverse()) {
    remove(walk(tree, names, path), last, path);
  }
  for (const { names, last, path, to } of steps.sort(byLast)) {
    if (to !== undefined) put(walk(tree, names, path), last, bare(to), path);
  }
}

/** The state before a change, of the state after it and their diff. Null: there was nothing. RangeError as in `applyDiff`. */
export const stateBefore = (after: FlagDefinition, diff: Diff): FlagDefinition | null =>
  applyDiff(after, backwards(diff));

/** The same of a segment that was there before. RangeError as in `applyDiff`. */
export const segmentBefore = (after: SegmentDefinition, diff: Diff): SegmentDefinition => {
  const tree = bareObject(after);
  applyTo(tree, backwards(diff));
  // What a diff of segments leads back to is one.
  return plain(tree) as unknown as SegmentDefinition;
};

const backwards = (diff: Diff): Diff =>
  Object.fromEntries(
    Object.entries(diff).map(([path, { from, to }]) => [
      path,
      { ...(to === undefined ? {} : { from: to }), ...(from === undefined ? {} : { to: from }) },
    ]),
  );

interface Step {
  readonly path: string;
  readonly names: readonly string[];
  readonly last: string;
  readonly to: JsonValue | undefined;
}

function step(path: string, to: JsonValue | undefined): Step {
  const names = splitPath(path);
  const last = names.pop() ?? '';
  return { path, names, last, to };
}

const byLast = (a: Step, b: Step): number => (Number(a.last) || 0) - (Number(b.last) || 0);

function walk(tree: BareObject, names: readonly string[], path: string): Bare[] | BareObject {
  let place: Bare = tree;
  for (const name of names) {
    const next: Bare | undefined = memberOf(place, name);
    if (typeof next !== 'object' || next === null) throw new RangeError(`${path} leads nowhere at "${name}"`);
    place = next;
  }
  return place;
}

function memberOf(place: Bare[] | BareObject, name: string): Bare | undefined {
  if (Array.isArray(place)) return place[Number(name)];
  return place[name];
}

function put(place: Bare[] | BareObject, name: string, value: Bare, path: string): void {
  if (!Array.isArray(place)) {
    place[name] = value;
    return;
  }
  const index = Number(name);
  if (!(index >= 0 && index <= place.length)) throw new RangeError(`${path} would leave a hole in its list`);
  place[index] = value;
}

function remove(place: Bare[] | BareObject, name: string, path: string): void {
  if (memberOf(place, name) === undefined) throw new RangeError(`${path} is not there to be removed`);
  if (!Array.isArray(place)) delete place[name];
  else if (Number(name) === place.length - 1) place.pop();
  else throw new RangeError(`${path} is not the end of its list`);
}

function flagOf(tree: BareObject): FlagDefinition | null {
  const rules = tree['rules'];
  if (tree['key'] === undefined || typeof rules !== 'object' || rules === null || isList(rules)) return null;
  const sorted = Object.entries(rules)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, rule]) => rule);
  // A flag went in and the diff is of a flag: the tree is one again.
  return plain({ ...tree, rules: sorted }) as unknown as FlagDefinition;
}
