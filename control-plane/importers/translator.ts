import type { Bucketing, FlagValue, Rule } from '@halyard/engine';
import { Issues } from '../flags/body/issues.ts';
import { type KeyedInput, readNewFlag } from '../flags/body/parse-flag.ts';
import { NAME_PATTERN } from '../flags/body/schema-parts.ts';
import { type AppGraph, checkIntegrity, type Entity } from '../flags/references/integrity.ts';
import { namesOfFlag, namesOfSegment, type Reference } from '../flags/references/names.ts';
import { readSegment } from '../flags/segments/parse-segment.ts';
import { Problem } from '../model/problem.ts';
import type { SegmentDefinition } from '../model/segment.ts';
import { Draft, Refusal } from './draft.ts';
import type { Translation } from './translation.ts';
import { nearestName } from './variations.ts';

/** A flag as a translator says it; checked as any request would be. */
export interface FlagBody {
  readonly description?: string | undefined;
  readonly enabled: boolean;
  readonly variations: Readonly<Record<string, FlagValue>>;
  readonly default_variation: string;
  readonly off_variation?: string | null;
  readonly prerequisites?: readonly { readonly flag: string; readonly variations: readonly string[] }[];
  readonly rules: readonly Rule[];
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly tags?: readonly string[] | undefined;
  readonly client_side?: boolean | undefined;
  readonly bucketing?: Bucketing | undefined;
}

/** A flag that is one of ours but for details; whatever is wrong with it is found out like anything else. */
export type UncheckedBody = {
  readonly [name: string]: unknown;
  readonly metadata?: Readonly<Record<string, unknown>>;
};

export type SegmentBody = Partial<Omit<SegmentDefinition, 'key'>>;

type Entry = { readonly draft: Draft; readonly path: string } & (
  | { readonly kind: 'flag'; body: KeyedInput | null }
  | { readonly kind: 'segment'; body: SegmentDefinition | null }
);

/** Takes the flags and segments of a document one by one, and answers with those that hold together. */
export class Translator {
  readonly #vendor: string;
  readonly #entries: Entry[] = [];
  readonly #ids = new Set<string>();

  constructor(vendor: string) {
    this.#vendor = vendor;
  }

  flag(key: string, path: string, make: (draft: Draft) => FlagBody | UncheckedBody): void {
    const draft = new Draft(key, path);
    const body = this.#attempt(draft, () => {
      const { metadata = {}, ...made } = make(draft);
      return this.#checked(draft, (issues) =>
        readNewFlag(
          withoutUndefined({ key, ...made, metadata: { ...metadata, imported_from: this.#vendor } }),
          issues,
          [],
        ),
      );
    });
    this.#add({ kind: 'flag', draft, path, body });
  }

  /** A flag whose name is there and that cannot be read at all. */
  refused(key: string, path: string, message: string): void {
    const draft = new Draft(key, path);
    draft.refused(path, message);
    this.#add({ kind: 'flag', draft, path, body: null });
  }

  segment(key: string, path: string, make: (draft: Draft) => SegmentBody): void {
    const draft = new Draft(key, path);
    const body = this.#attempt(draft, () => {
      const made = make(draft);
      return this.#checked(draft, (issues) => readSegment(withoutUndefined(made), key, issues, []));
    });
    this.#add({ kind: 'segment', draft, path, body });
  }

  /** Which of two was meant, only the document's author knows. */
  #add(entry: Entry): void {
    const { kind, draft, path } = entry;
    const id = idOf(kind, draft.key);
    if (this.#ids.has(id)) {
      throw new Problem('invalid', {
        pointer: path,
        message: `The ${kind} ${JSON.stringify(draft.key)} is in the document twice; expected each ${kind} once.`,
      });
    }
    this.#ids.add(id);
    this.#entries.push(entry);
  }

  finish(): Translation {
    const entries = new Map(this.#entries.map((entry) => [idOf(entry.kind, entry.draft.key), entry]));
    this.#refuseWhatReachesRefused(entries);
    this.#passOnDifferences(entries);
    return {
      flags: this.#entries.flatMap(({ kind, body, path }) =>
        kind === 'flag' && body !== null ? [{ ...body, path }] : [],
      ),
      segments: this.#entries.flatMap(({ kind, body }) =>
        kind === 'segment' && body !== null ? [body] : [],
      ),
      report: this.#entries.flatMap(({ kind, draft }) =>
        kind === 'flag' ? [{ key: draft.key, outcome: draft.outcome, notes: draft.notes }] : [],
      ),
    };
  }

  #attempt<Body>(draft: Draft, make: () => Body | null): Body | null {
    if (!NAME_PATTERN.test(draft.key) || draft.key === '__proto__') {
      const near = nearestName(draft.key);
      draft.refused(
        draft.path,
        `${JSON.stringify(draft.key)} is not a valid key here${near === '' ? '' : `; the nearest valid one is ${JSON.stringify(near)}`}`,
      );
      return null;
    }
    try {
      return make();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      draft.refused(error.path, error.message);
      return null;
    }
  }

  #checked<Body>(draft: Draft, read: (issues: Issues) => Body | null): Body | null {
    const issues = new Issues();
    const body = read(issues);
    for (const { message } of issues.list.slice(0, 10))
      draft.refused(draft.path, `as a flag here, ${message}`);
    return body;
  }

  /** Until nothing more has to go: what is missing or refused, circles, chains that are too long. */
  #refuseWhatReachesRefused(entries: ReadonlyMap<string, Entry>): void {
    const alive = () => [...entries.values()].filter(({ body }) => body !== null);
    const users = usersOf(alive());
    const queue = alive();
    const visit = (entry: Entry): void => {
      if (entry.body === null) return;
      for (const { kind, key } of namesOf(entry)) {
        const named = entries.get(idOf(kind, key));
        if (named !== undefined && named.body !== null) continue;
        const what = named === undefined ? 'is not in the document' : 'cannot be imported';
        drop(entry, `the ${kind} ${JSON.stringify(key)}, which it depends on, ${what}`, named);
        queue.push(...(users.get(idOf(entry.kind, entry.draft.key)) ?? []));
        return;
      }
    };
    for (;;) {
      for (let entry = queue.pop(); entry !== undefined; entry = queue.pop()) visit(entry);
      const wrong = entangled(alive());
      if (wrong.length === 0) return;
      for (const [entry, message] of wrong) {
        drop(entry, message);
        queue.push(...(users.get(idOf(entry.kind, entry.draft.key)) ?? []));
      }
    }
  }

  #passOnDifferences(entries: ReadonlyMap<string, Entry>): void {
    const users = usersOf([...entries.values()].filter(({ body }) => body !== null));
    const queue = [...entries.values()].filter(({ draft }) => draft.outcome === 'differs');
    for (const entry of queue) {
      for (const user of users.get(idOf(entry.kind, entry.draft.key)) ?? []) {
        const seen = user.draft.outcome === 'differs';
        user.draft.differs(
          user.path,
          `the ${entry.kind} ${JSON.stringify(entry.draft.key)}, which it depends on, differs`,
        );
        if (entry.kind === 'segment') {
          for (const { path, message } of entry.draft.notes) user.draft.note(path, message);
        }
        if (!seen) queue.push(user);
      }
    }
  }
}

const idOf = (kind: string, key: string): string => `${kind}/${key}`;

const drop = (entry: Entry, message: string, named?: Entry): void => {
  entry.body = null;
  entry.draft.refused(entry.path, message);
  // Segments have no lines of their own in the report.
  if (named?.kind === 'segment') {
    for (const note of named.draft.notes) entry.draft.note(note.path, note.message);
  }
};

const namesOf = (entry: Entry): readonly Reference[] => {
  if (entry.body === null) return [];
  if (entry.kind === 'segment') return namesOfSegment(entry.body);
  const { key, input } = entry.body;
  return namesOfFlag({
    key,
    enabled: input.enabled,
    variations: input.variations,
    default_variation: input.default_variation,
    rules: input.rules,
    prerequisites: input.prerequisites ?? [],
  });
};

const usersOf = (entries: readonly Entry[]): ReadonlyMap<string, readonly Entry[]> => {
  const users = new Map<string, Entry[]>();
  for (const entry of entries) {
    for (const { kind, key } of namesOf(entry)) {
      const id = idOf(kind, key);
      const known = users.get(id);
      if (known === undefined) users.set(id, [entry]);
      else known.push(entry);
    }
  }
  return users;
};

/** Those that the app's own limits on references refuse, each with the first reason. */
const entangled = (entries: readonly Entry[]): readonly (readonly [Entry, string])[] => {
  const byId = new Map(entries.map((entry) => [idOf(entry.kind, entry.draft.key), entry]));
  const find = ({ kind, key }: Entity) => byId.get(idOf(kind, key));
  const graph: AppGraph = {
    names: (entity) => {
      const entry = find(entity);
      return entry === undefined ? [] : namesOf(entry);
    },
    users: () => [],
    variations: (entity) => {
      const entry = find(entity);
      if (entry === undefined || entry.body === null) return null;
      return entry.kind === 'flag' ? Object.keys(entry.body.input.variations) : [];
    },
  };
  const dependent = entries.filter((entry) => namesOf(entry).length > 0);
  try {
    checkIntegrity(
      graph,
      dependent.map(({ kind, draft }, index) => ({ kind, key: draft.key, at: `/${index}` })),
    );
    return [];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.issues.flatMap(({ pointer, message }) => {
      const entry = dependent[Number(pointer?.split('/')[1])];
      return entry === undefined ? [] : [[entry, message] as const];
    });
  }
};

const withoutUndefined = (body: object): object =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
