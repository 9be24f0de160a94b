import type { ChangeInWords } from './change.ts';
import { join, value, type Words } from './words.ts';

const quoted = (scalar: unknown): Words => [
  value(typeof scalar === 'string' ? `“${scalar}”` : JSON.stringify(scalar)),
];

/** What came into a list and what went from it; nothing for what stayed, however long it is. */
export const members = (
  path: string,
  label: string,
  before: readonly unknown[],
  after: readonly unknown[],
): readonly ChangeInWords[] => {
  const old = new Set(before);
  const young = new Set(after);
  const added = [...young].filter((member) => !old.has(member));
  const gone = [...old].filter((member) => !young.has(member));
  const words = (each: readonly unknown[]): Words => join(each.map(quoted), ', ');
  return [
    ...(added.length === 0
      ? []
      : [{ path: `${path}+`, label: `${label}: added`, from: null, to: words(added) }]),
    ...(gone.length === 0 ? [] : [{ path: `${path}-`, label, from: words(gone), to: null }]),
  ];
};
