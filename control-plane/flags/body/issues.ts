import { type Issue, Problem } from '../../model/problem.ts';

/** Where something is in a body: names of objects and places in lists. */
export type Path = readonly (string | number)[];

/** JSON Pointer (RFC 6901). */
export const pointerOf = (path: Path): string =>
  path.map((name) => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

const PLAIN_NAME = /^[A-Za-z_$][A-Za-z0-9_$-]*$/;

/** The same place as people write it: `rules[1].rollout.percentage`. */
export function nameOf(path: Path): string {
  let text = '';
  for (const name of path) {
    if (typeof name === 'number') text += `[${name}]`;
    else if (!PLAIN_NAME.test(name)) text += `[${shown(name)}]`;
    else text += text === '' ? name : `.${name}`;
  }
  return text === '' ? 'The body' : text;
}

const SHOWN_LENGTH = 60;

/** A value as a sentence shows it, cut where it is long. */
export function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return shownList(value);
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}

function shownList(list: readonly unknown[]): string {
  if (list.length === 0) return 'an empty list';
  const short = list.length <= 3 && list.every((member) => typeof member === 'number');
  return short ? `[${list.join(', ')}]` : `a list of ${list.length}`;
}

/** A body made of nothing but mistakes must not make an answer many times its size. */
const MOST = 1000;

/** Collects everything that is wrong with a body, to be reported at once. */
export class Issues {
  readonly #found: Issue[] = [];
  #uncounted = 0;

  add(path: Path, message: string): void {
    if (!this.full) this.#found.push({ pointer: pointerOf(path), message });
    else this.#uncounted++;
  }

  /** So many more that are not worth a sentence each, because nobody would be shown it. */
  skip(count: number): void {
    this.#uncounted += count;
  }

  /** No more will be listed. */
  get full(): boolean {
    return this.#found.length >= MOST;
  }

  /** `rules[1].rollout.percentage is 120; expected a number from 0 to 100` */
  expected(path: Path, value: unknown, expectation: string): void {
    this.add(path, `${nameOf(path)} is ${shown(value)}; expected ${expectation}`);
  }

  /** Those of another collector, each where `relocate` says: a pointer of the caller's body, or undefined for no place in it. */
  addAll(others: Issues, relocate: (pointer: string) => string | undefined): void {
    for (const { pointer, message } of others.#found) {
      const place = pointer === undefined ? undefined : relocate(pointer);
      if (this.#found.length < MOST)
        this.#found.push(place === undefined ? { message } : { pointer: place, message });
      else this.#uncounted++;
    }
    this.#uncounted += others.#uncounted;
  }

  get count(): number {
    return this.#found.length + this.#uncounted;
  }

  get list(): readonly Issue[] {
    if (this.#uncounted === 0) return this.#found;
    return [...this.#found, { message: `${this.#uncounted} more mistakes are not listed` }];
  }

  /** Problem: `invalid`, with every issue. */
  throwIfAny(): void {
    const [first, ...others] = this.list;
    if (first !== undefined) throw new Problem('invalid', [first, ...others]);
  }
}
