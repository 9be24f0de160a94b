import { type Issue, Problem } from '../../model/problem.ts';
import { Issues, shown } from './issues.ts';
import { readJson, TOO_DEEP, withLossy } from './json-text.ts';
import { type KeyedInput, readNewFlag } from './parse-flag.ts';

/** An import with so many mistakes is not read further: it is not the file that was meant. */
const MOST = 1_000;

/** Reads an import line by line; everything wrong in any line is reported at the end. */
export class ImportReader {
  readonly #flags = new Map<string, { readonly line: number; readonly flag: KeyedInput }>();
  readonly #issues: Issue[] = [];

  /**
   * @param line counted from 1.
   * @throws Problem `invalid` when there are too many mistakes to read on.
   */
  add(line: number, text: string): void {
    const read = readJson(text);
    if (read.kind !== 'json') {
      const message =
        read.kind === 'too_deep' ? TOO_DEEP('it') : 'is not JSON; expected one flag as JSON a line';
      this.#refuse(line, { message });
      return;
    }
    const issues = new Issues();
    const flag = readNewFlag(read.value, issues, []);
    const [first, ...others] = read.lossy;
    const found = first === undefined ? issues.list : withLossy([first, ...others], issues.list);
    for (const issue of found) this.#refuse(line, issue);
    if (flag === null) return;
    const before = this.#flags.get(flag.key);
    if (before === undefined) this.#flags.set(flag.key, { line, flag });
    else {
      this.#refuse(line, {
        message: `key is ${shown(flag.key)}, which line ${before.line} has too; expected each key once`,
      });
    }
  }

  /** Problem: `invalid`, each message with its line. */
  finish(): readonly KeyedInput[] {
    const [first, ...others] = this.#issues;
    if (first === undefined) return [...this.#flags.values()].map(({ flag }) => flag);
    throw new Problem('invalid', [first, ...others]);
  }

  #refuse(line: number, { message }: Issue): void {
    // A pointer is into a body that is one JSON value; an import is none.
    this.#issues.push({ message: `Line ${line}: ${message}` });
    if (this.#issues.length < MOST) return;
    const [first, ...others] = this.#issues;
    if (first === undefined) return;
    const stopped = `Line ${line} was the last that was read: the import has ${MOST} mistakes by then`;
    throw new Problem('invalid', [first, ...others, { message: stopped }]);
  }
}
