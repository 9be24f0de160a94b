/** What is wrong with an audit trail: tests look at the kind, people read the message. */
export interface Finding {
  readonly kind: FindingKind;
  /** One sentence that names the app, the flag or token, and the entry. */
  readonly message: string;
}

export type FindingKind =
  | 'broken link'
  | 'missing entries'
  | 'entries cut off'
  | 'entries behind the last'
  | 'another head'
  | 'another version'
  | 'impossible event'
  | 'source differs'
  | 'flag differs'
  | 'flag without entry'
  | 'flag missing'
  | 'app differs'
  | 'app missing'
  | 'app without entry'
  | 'project differs'
  | 'project missing'
  | 'project without entry'
  | 'environment differs'
  | 'environment missing'
  | 'environment without entry'
  | 'token differs'
  | 'token missing'
  | 'token without entry'
  | 'session differs'
  | 'session without entry'
  | 'link differs'
  | 'link without entry'
  | 'outbox differs'
  | 'index differs';

export interface Verdict {
  /** What was verified, as the beginning of a sentence. */
  readonly of: string;
  readonly entries: number;
  readonly last: string | null;
  readonly findings: readonly Finding[];
  /** Sentences on what could not be verified, and is no finding. */
  readonly notes?: readonly string[];
}

/** Enough to act on: somebody who rewrote a whole table would fill the screen. */
const SHOWN = 20;

/** Collects what is found, each as a sentence about `of`. */
export class Findings {
  readonly #of: string;
  readonly #found: Finding[] = [];
  #more = 0;

  constructor(of: string) {
    this.#of = of;
  }

  add(kind: FindingKind, sentence: string): void {
    if (this.#found.length < SHOWN) this.#found.push({ kind, message: `${this.#of}: ${sentence}` });
    else this.#more += 1;
  }

  get list(): readonly Finding[] {
    const last = this.#found.at(-1);
    if (this.#more === 0 || last === undefined) return this.#found;
    return [...this.#found, { kind: last.kind, message: `${this.#of}: and ${this.#more} more.` }];
  }
}
