import type { Note, Outcome } from './translation.ts';

/** What the values that a flag compares an attribute with are: what its contexts are held to be. */
export type AttributeKind = 'text' | 'number' | 'boolean' | 'version' | 'date';

/** Thrown while one flag or segment is translated: it cannot be said here, and is left out. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/** @throws Refusal */
export const refuse = (path: string, message: string): never => {
  throw new Refusal(path, message);
};

const KIND_NAMES: Readonly<Record<AttributeKind, string>> = {
  text: 'strings',
  number: 'numbers',
  boolean: 'true or false',
  version: 'versions',
  date: 'dates',
};

/** What is found out about one flag or segment on the way. */
export class Draft {
  readonly key: string;
  /** Of the flag in the document. */
  readonly path: string;
  readonly #notes = new Map<string, Note>();
  readonly #kinds = new Map<string, AttributeKind>();
  #outcome: Outcome = 'exact';

  constructor(key: string, path: string) {
    this.key = key;
    this.path = path;
  }

  get outcome(): Outcome {
    return this.#outcome;
  }

  get notes(): readonly Note[] {
    return [...this.#notes.values()];
  }

  /** Something worth knowing that changes no answer. */
  note(path: string, message: string): void {
    this.#notes.set(`${path} ${message}`, { path, message });
  }

  differs(path: string, message: string): void {
    this.note(path, message);
    if (this.#outcome === 'exact') this.#outcome = 'differs';
  }

  refused(path: string, message: string): void {
    this.note(path, message);
    this.#outcome = 'refused';
  }

  /** Says that an attribute is compared with values of a kind: with two kinds, what is exact for one is not for the other. */
  compares(attribute: string, kind: AttributeKind, path: string): void {
    const before = this.#kinds.get(attribute);
    if (before === undefined) this.#kinds.set(attribute, kind);
    else if (before !== kind) {
      this.differs(
        path,
        `${attribute} is compared with ${KIND_NAMES[before]} and with ${KIND_NAMES[kind]}; Halyard compares by text, so a value of one kind may count as the other`,
      );
    }
  }
}
