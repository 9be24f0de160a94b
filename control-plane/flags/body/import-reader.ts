import { type Issue, Problem } from '../../model/problem.ts';
import type { SegmentDefinition } from '../../model/segment.ts';
import type { Kind } from '../references/names.ts';
import { readSegment } from '../segments/parse-segment.ts';
import { Issues, shown } from './issues.ts';
import { isObject } from './json.ts';
import { readJson, TOO_DEEP, withLossy } from './json-text.ts';
import { type KeyedInput, readNewFlag } from './parse-flag.ts';

/** An import with so many mistakes is not read further: it is not the file that was meant. */
const MOST = 1_000;

/** What the lines of an import say, in their order; lines are counted from 1. */
export interface ImportLines {
  readonly flags: readonly ImportedFlag[];
  readonly segments: readonly ImportedSegment[];
}

export interface ImportedFlag extends KeyedInput {
  readonly line: number;
}

export interface ImportedSegment {
  readonly line: number;
  readonly segment: SegmentDefinition;
}

/** Reads an import line by line, a flag or `{"segment": {…}}` each; everything wrong in any line is reported at the end. */
export class ImportReader {
  readonly #flags: ImportedFlag[] = [];
  readonly #segments: ImportedSegment[] = [];
  /** The line of each flag and segment. */
  readonly #lines = new Map<string, number>();
  readonly #issues: Issue[] = [];

  /**
   * @param line counted from 1.
   * @throws Problem `invalid` when there are too many mistakes to read on.
   */
  add(line: number, text: string): void {
    const read = readJson(text);
    if (read.kind !== 'json') {
      const message =
        read.kind === 'too_deep'
          ? TOO_DEEP('it')
          : 'is not JSON; expected one flag or segment as JSON a line';
      this.#refuse(line, { message });
      return;
    }
    const issues = new Issues();
    const found = this.#read(line, read.value, issues);
    const [first, ...others] = read.lossy;
    for (const issue of first === undefined ? issues.list : withLossy([first, ...others], issues.list)) {
      this.#refuse(line, issue);
    }
    if (found === null) return;
    const name = `${found.kind}/${found.key}`;
    const before = this.#lines.get(name);
    if (before === undefined) this.#lines.set(name, line);
    else {
      this.#refuse(line, {
        message: `key is ${shown(found.key)}, which line ${before} has too; expected each key once`,
      });
    }
  }

  /** Problem: `invalid`, each message with its line. */
  finish(): ImportLines {
    const [first, ...others] = this.#issues;
    if (first === undefined) return { flags: this.#flags, segments: this.#segments };
    throw new Problem('invalid', [first, ...others]);
  }

  #read(line: number, value: unknown, issues: Issues): { readonly kind: Kind; readonly key: string } | null {
    if (isObject(value) && Object.hasOwn(value, 'segment') && !Object.hasOwn(value, 'key')) {
      const { segment: body, ...others } = value;
      for (const name of Object.keys(others)) {
        issues.add([name], `${shown(name)} is beside segment; expected a segment alone in its line`);
      }
      const segment = readSegment(body, null, issues, ['segment']);
      if (segment === null) return null;
      this.#segments.push({ line, segment });
      return { kind: 'segment', key: segment.key };
    }
    const flag = readNewFlag(value, issues, []);
    if (flag === null) return null;
    this.#flags.push({ line, ...flag });
    return { kind: 'flag', key: flag.key };
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

const LINE = /^\/(\d+)(?:\/|$)/;

/** What the decision of an import was refused for, by line as what was read is: pointers begin with the number of the line. */
export const byLine = ({ kind, issues: [first, ...others], retryAfter }: Problem): Problem => {
  const placed = ({ pointer, message, ...issue }: Issue): Issue => {
    const line = LINE.exec(pointer ?? '')?.[1];
    return { ...issue, message: line === undefined ? message : `Line ${line}: ${message}` };
  };
  return new Problem(kind, [placed(first), ...others.map(placed)], retryAfter);
};
