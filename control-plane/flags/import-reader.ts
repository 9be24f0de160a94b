import { type Issue, Problem } from '../problem.ts';
import { Issues, shown } from './issues.ts';
import { type KeyedInput, readNewFlag } from './parse-flag.ts';

/** Reads an import line by line; everything wrong in any line is reported at the end. */
export class ImportReader {
  readonly #flags = new Map<string, { readonly line: number; readonly flag: KeyedInput }>();
  readonly #issues: Issue[] = [];
  #unlisted = 0;

  /** @param line counted from 1. */
  add(line: number, text: string): void {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      this.#refuse(line, { message: 'is not JSON; expected one flag as JSON a line' });
      return;
    }
    const issues = new Issues();
    const flag = readNewFlag(json, issues, []);
    for (const issue of issues.list) this.#refuse(line, issue);
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
    const more = this.#unlisted === 0 ? [] : [{ message: `${this.#unlisted} more mistakes are not listed` }];
    throw new Problem('invalid', [first, ...others, ...more]);
  }

  #refuse(line: number, { message }: Issue): void {
    // A pointer is into a body that is one JSON value; an import is none.
    if (this.#issues.length < 1000) this.#issues.push({ message: `Line ${line}: ${message}` });
    else this.#unlisted++;
  }
}
