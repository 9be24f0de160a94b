import type { AppHead } from '../model/app.ts';
import { type ChangelogEntry, nameOfEntry, segmentNamed } from '../model/changelog.ts';
import type { FlagDefinition } from '../model/flag.ts';
import type { SegmentDefinition } from '../model/segment.ts';
import type { Stray } from '../store/port.ts';
import { canonicalText, hashedText, webSha256 } from '../store/sql/audit.ts';
import { type Chain, walkChain } from './chain.ts';
import { Findings, type Verdict } from './finding.ts';
import { sameInApp, verifyOutbox, type Waiting } from './outbox.ts';
import { type Elsewhere, Sources } from './sources.ts';

/** An app's flags and segments, and the entries that tell how they came to be so. A segment goes by the name `segment/KEY`. */
export interface AppTrail {
  /** Null: it does not say. */
  head(): Promise<AppHead | null>;
  newestFirst(): AsyncIterable<ChangelogEntry>;
  states(): AsyncIterable<State>;
  state(name: string): Promise<State | null>;
  newestOf(name: string): Promise<ChangelogEntry | null>;
  /** Of a database at hand: no server shows these. */
  readonly inside?: {
    strays(): AsyncIterable<Stray>;
    readonly outbox: Waiting;
  };
}

/** A flag, or a segment, as it now is. */
export interface State {
  readonly name: string;
  readonly definition: FlagDefinition | SegmentDefinition;
  readonly version: number;
  readonly updated_at: string;
  readonly updated_by: string;
}

export interface AppName {
  readonly id: string;
  readonly name: string;
  /** What the account's log says of a deleted app; its flags are gone. */
  readonly deleted?: { readonly at: string; readonly entries: number; readonly last_hash: string | null };
}

/** What the newest entry of a flag or segment says that it is now; texts are kept as hashes. */
interface Expected {
  readonly entry: string;
  readonly version: number;
  readonly after: Promise<string> | null;
  readonly at: string;
  readonly by: string;
}

/** A flag that is written while it is looked at is looked at again. */
const TRIES = 3;

/** @param elsewhere where entries that were carried over from other apps of the account are looked for. */
export const verifyApp = async (
  app: AppName,
  trail: AppTrail,
  elsewhere: Elsewhere = () => null,
): Promise<Verdict> => {
  const of = `${app.name} (${app.id})${app.deleted === undefined ? '' : `, deleted ${app.deleted.at}`}`;
  const findings = new Findings(of);
  const states = new Map<string, Expected>();
  const look = entryLooker(states, findings);
  const chain: Chain<ChangelogEntry> = {
    head: () => trail.head(),
    newestFirst: () => trail.newestFirst(),
    textOf: hashedText,
  };
  const sources = new Sources();
  const { entries, newest } = await walkChain(chain, findings, (entry) => {
    look.entry(entry);
    sources.listen(entry);
  });
  look.end();
  const last = newest?.hash ?? null;
  const head = await trail.head();
  if (
    head !== null &&
    newest !== null &&
    head.entries === Number(newest.id) &&
    head.version !== newest.app_version
  ) {
    findings.add(
      'another version',
      `the app is at version ${head.version}, but its last entry ${newest.id} is of version ${newest.app_version}.`,
    );
  }
  if (head !== null && newest === null && head.entries === 0 && head.version !== 0) {
    findings.add('another version', `the app is at version ${head.version}, but it has no entry.`);
  }
  if (app.deleted === undefined) {
    await compareStates(trail, states, findings);
    await lookInside(trail, findings);
  } else if (entries !== app.deleted.entries || last !== app.deleted.last_hash) {
    findings.add(
      'another head',
      `its history has ${entries} entries and the last hash ${last ?? 'none'}, but the account's log says ${app.deleted.entries} and ${app.deleted.last_hash ?? 'none'}.`,
    );
  }
  await sources.follow(elsewhere, findings);
  return { of, entries, last, findings: findings.list };
};

/** What answers are found by, and what is on its way to the edges, must follow from what is there. */
const lookInside = async ({ inside }: AppTrail, findings: Findings): Promise<void> => {
  if (inside === undefined) return;
  for await (const { of, column, found, due } of inside.strays()) {
    const index =
      of === null ? 'the app was changed behind its flags' : `${told(of)} was changed behind its definition`;
    findings.add(
      'index differs',
      `the index of ${index}: ${column} is ${JSON.stringify(found)}; expected ${JSON.stringify(due)}.`,
    );
  }
  await verifyOutbox(inside.outbox, sameInApp, findings);
};

/** Looks at entries newest first: each must follow from the one before it. */
const entryLooker = (states: Map<string, Expected>, findings: Findings) => {
  const olderOf = new Map<string, ChangelogEntry>();
  let newer: ChangelogEntry | null = null;

  const follows = (entry: ChangelogEntry, older: ChangelogEntry | null): void => {
    const { id, event, version } = entry;
    const of = told(nameOfEntry(entry));
    const before = older?.version ?? 0;
    if (version !== before + 1) {
      findings.add(
        'another version',
        `entry ${id} made ${of} version ${version}; expected ${before + 1}, because ${older === null ? 'it is the first of it' : `entry ${older.id} made it ${before}`}.`,
      );
    }
    const gone = older === null || older.event === 'delete';
    if ((event === 'create') !== gone) {
      findings.add(
        'impossible event',
        `entry ${id} is a${event === 'update' ? 'n' : ''} ${event} of ${of}, which ${gone ? 'was not there' : `entry ${older.id} had left there`}.`,
      );
    }
  };
  const nextVersion = (entry: ChangelogEntry, older: ChangelogEntry | null): void => {
    const step = entry.app_version - (older?.app_version ?? 0);
    if (step === 1 || (step === 0 && older !== null)) return;
    findings.add(
      'another version',
      `entry ${entry.id} is of the app's version ${entry.app_version}; expected ${older === null ? '1' : `${older.app_version} or ${older.app_version + 1}, after entry ${older.id}`}.`,
    );
  };

  return {
    entry(entry: ChangelogEntry): void {
      const name = nameOfEntry(entry);
      if (newer !== null) nextVersion(newer, entry);
      newer = entry;
      const later = olderOf.get(name);
      if (later === undefined) states.set(name, expectedOf(entry));
      else follows(later, entry);
      olderOf.set(name, slim(entry));
    },
    end(): void {
      if (newer !== null) nextVersion(newer, null);
      for (const first of olderOf.values()) follows(first, null);
    },
  };
};

/** One entry of each flag and segment is held: without what it is about. */
const slim = (entry: ChangelogEntry): ChangelogEntry => {
  const { diff: _, ...rest } = entry;
  return rest.kind === 'segment'
    ? { ...rest, after: { key: rest.segment_key, include: [], exclude: [], conditions: [] } }
    : { ...rest, after: { ...rest.after, variations: {}, rules: [] } };
};

/** As sentences say it: `the flag checkout`, `the segment beta`. */
const told = (name: string): string => {
  const segment = segmentNamed(name);
  return segment === null ? `the flag ${name}` : `the segment ${segment}`;
};

const textHash = (definition: State['definition']): Promise<string> => webSha256(canonicalText(definition));

const expectedOf = (entry: ChangelogEntry): Expected => ({
  entry: entry.id,
  version: entry.version,
  after: entry.event === 'delete' ? null : textHash(entry.after),
  at: entry.at,
  by: entry.actor.name,
});

const compareStates = async (
  trail: AppTrail,
  states: Map<string, Expected>,
  findings: Findings,
): Promise<void> => {
  const seen = new Set<string>();
  const doubtful = new Set<string>();
  for await (const state of trail.states()) {
    const { name } = state;
    seen.add(name);
    if ((await differenceOf(state, states.get(name) ?? null)) !== null) doubtful.add(name);
  }
  for (const [name, { after }] of states) if (after !== null && !seen.has(name)) doubtful.add(name);
  for (const name of doubtful) {
    let difference: Difference | null = null;
    for (let tries = 0; tries < TRIES; tries += 1) {
      const entry = await trail.newestOf(name);
      const expected = entry === null ? null : expectedOf(entry);
      const state = await trail.state(name);
      difference = state === null ? missing(name, expected) : await differenceOf(state, expected);
      if (difference === null) break;
    }
    if (difference !== null) findings.add(difference.kind, difference.sentence);
  }
};

interface Difference {
  readonly kind: 'flag differs' | 'flag without entry' | 'flag missing';
  readonly sentence: string;
}

const missing = (name: string, expected: Expected | null): Difference | null =>
  expected === null || expected.after === null
    ? null
    : {
        kind: 'flag missing',
        sentence: `${told(name)} is not there, but its newest entry ${expected.entry} left it at version ${expected.version}.`,
      };

const differenceOf = async (flag: State, expected: Expected | null): Promise<Difference | null> => {
  const of = told(flag.name);
  if (expected === null) {
    return { kind: 'flag without entry', sentence: `${of} is there, but no entry tells of it.` };
  }
  if (expected.after === null) {
    return {
      kind: 'flag without entry',
      sentence: `${of} is there, but its newest entry ${expected.entry} deleted it.`,
    };
  }
  const differs = (what: string, found: unknown, due: unknown): Difference => ({
    kind: 'flag differs',
    sentence: `${of} was changed behind the trail: its ${what} is ${JSON.stringify(found)}, but its newest entry ${expected.entry} says ${JSON.stringify(due)}.`,
  });
  if ((await textHash(flag.definition)) !== (await expected.after)) {
    return {
      kind: 'flag differs',
      sentence: `${of} was changed behind the trail: it is not what its newest entry ${expected.entry} (version ${expected.version}) left.`,
    };
  }
  if (flag.version !== expected.version) return differs('version', flag.version, expected.version);
  if (flag.updated_at !== expected.at) return differs('date', flag.updated_at, expected.at);
  if (flag.updated_by !== expected.by) return differs('author', flag.updated_by, expected.by);
  return null;
};
