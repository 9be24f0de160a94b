import { type Commit, type History, type Position, revisionOf } from '@halyard/caches';
import { type Entry, entryOf } from './entry.ts';

/** How many commits a reader may have missed and still be brought up to date one by one. */
const HISTORY_COMMITS = 256;
const HISTORY_BYTES = 512 * 1024;

interface Told extends Entry {
  /** Null: it was deleted. */
  readonly value: string | null;
}

interface Past {
  readonly version: number;
  readonly changes: readonly Told[];
  readonly bytes: number;
  frame: Uint8Array | null;
}

/**
 * An app's configuration as text for those who evaluate in process: the document, and the events of its stream. Everything is
 * serialized at most once a version, however many read it.
 */
export class ConfigText {
  readonly #account: string;
  readonly #app: string;
  #entries: ReadonlyMap<string, string> = new Map();
  #version = 0;
  #history: History | undefined;
  #revision = '0';
  #document: string | null = null;
  #snapshotFrame: Uint8Array | null = null;
  #noticeFrame: Uint8Array | null = null;
  #past: Past[] = [];
  #pastBytes = 0;

  constructor(account: string, app: string) {
    this.#account = account;
    this.#app = app;
  }

  reset(entries: ReadonlyMap<string, string>, { version, history }: Position): void {
    this.#past = [];
    this.#pastBytes = 0;
    this.#history = history;
    this.#became(entries, version);
  }

  change(commit: Commit, entries: ReadonlyMap<string, string>): void {
    let bytes = 0;
    const changes = toldOf(commit, entries);
    for (const { value } of changes) bytes += value?.length ?? 0;
    this.#past.push({ version: commit.version, changes, bytes, frame: null });
    this.#pastBytes += bytes;
    while (
      this.#past.length > HISTORY_COMMITS ||
      (this.#pastBytes > HISTORY_BYTES && this.#past.length > 1)
    ) {
      this.#pastBytes -= this.#past.shift()?.bytes ?? 0;
    }
    this.#became(entries, commit.version);
  }

  get version(): number {
    return this.#version;
  }

  /** Absent: what is held was written by a former release. */
  get history(): History | undefined {
    return this.#history;
  }

  /** The version and its history in one word, for ETags and ids of events. */
  get revision(): string {
    return this.#revision;
  }

  /** `{account, app, version, identity, epoch, flags, segments}`; identity and epoch where they are known. */
  get document(): string {
    if (this.#document === null) {
      const flags: string[] = [];
      const segments: string[] = [];
      for (const [name, value] of this.#entries) {
        const entry = entryOf(name);
        if (entry === null) continue;
        const list = entry.kind === 'flag' ? flags : segments;
        list.push(`${JSON.stringify(entry.key)}:${entryText(value)}`);
      }
      const head = `{"account":${JSON.stringify(this.#account)},"app":${JSON.stringify(this.#app)}`;
      const history = this.#history === undefined ? '' : historyText(this.#history);
      this.#document = `${head},"version":${this.#version}${history},"flags":{${flags.join(',')}},"segments":{${segments.join(',')}}}`;
    }
    return this.#document;
  }

  get snapshotFrame(): Uint8Array {
    this.#snapshotFrame ??= frame(`event: snapshot\nid: ${this.#revision}\ndata: ${this.document}\n\n`);
    return this.#snapshotFrame;
  }

  /** The OFREP notice that the app is at this version now. No `event:` name (ADR-0008). */
  get noticeFrame(): Uint8Array {
    this.#noticeFrame ??= frame(
      `id: ${this.#revision}\ndata: {"type":"refetchEvaluation","etag":"${this.#revision}"}\n\n`,
    );
    return this.#noticeFrame;
  }

  /** The `change` events after a version, oldest first; null if they are no longer known one by one. */
  framesAfter(version: number): readonly Uint8Array[] | null {
    if (version === this.#version) return [];
    const first = this.#past.findIndex((past) => past.version === version + 1);
    if (first === -1) return null;
    return this.#past.slice(first).map((past) => {
      past.frame ??= changeFrame(past, this.#history);
      return past.frame;
    });
  }

  #became(entries: ReadonlyMap<string, string>, version: number): void {
    this.#entries = entries;
    this.#version = version;
    this.#revision = revisionOf({
      version,
      ...(this.#history === undefined ? {} : { history: this.#history }),
    });
    this.#document = null;
    this.#snapshotFrame = null;
    this.#noticeFrame = null;
  }
}

const historyText = ({ identity, epoch }: History): string =>
  `,"identity":${JSON.stringify(identity)},"epoch":${JSON.stringify(epoch)}`;

/**
 * A commit's changes in the order in which its event tells them: segments before flags. Readers of former releases take the change of
 * a segment for the deletion of the flag with its key, so where there is such a flag it is told again behind, as it is.
 */
const toldOf = ({ changes }: Commit, entries: ReadonlyMap<string, string>): readonly Told[] => {
  const told = changes.flatMap(({ key: name, value }) => {
    const entry = entryOf(name);
    return entry === null ? [] : [{ ...entry, value }];
  });
  const segments = told.filter(({ kind }) => kind === 'segment');
  if (segments.length === 0) return told;
  const flags = told.filter(({ kind }) => kind === 'flag');
  const changed = new Set(flags.map(({ key }) => key));
  const again = segments.flatMap(({ key }): Told[] => {
    const value = entries.get(key);
    return value === undefined || changed.has(key) ? [] : [{ kind: 'flag', key, value }];
  });
  return [...segments, ...again, ...flags];
};

const changeFrame = ({ version, changes }: Past, history: History | undefined): Uint8Array => {
  const list = changes.map(({ kind, key, value }) => {
    const named = `${kind === 'flag' ? '' : `"kind":"${kind}",`}"key":${JSON.stringify(key)}`;
    return `{${named},"${kind}":${value === null ? null : entryText(value)}}`;
  });
  return frame(
    `event: change\nid: ${revisionOf({ version, ...(history === undefined ? {} : { history }) })}\ndata: {"version":${version},"changes":[${list.join(',')}]}\n\n`,
  );
};

/**
 * An entry's text fit to stand in the document and in one line of an event. What is no JSON becomes an empty object, which every engine
 * answers with PARSE_ERROR: one damaged entry must not make the whole document unreadable.
 */
const entryText = (text: string): string => {
  try {
    const entry: unknown = JSON.parse(text);
    if (typeof entry !== 'object' || entry === null) return '{}';
    return /[\r\n]/.test(text) ? JSON.stringify(entry) : text;
  } catch {
    return '{}';
  }
};

const encoder = new TextEncoder();
const frame = (text: string): Uint8Array => encoder.encode(text);
