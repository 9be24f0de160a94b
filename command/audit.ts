import type { Stores } from '@halyard/control-plane';
import {
  type AccountTrail,
  type AppName,
  type AppTrail,
  accountTrailIn,
  appTrailIn,
  keptApps,
  segmentName,
  segmentNamed,
  type Verdict,
  verifyAccount,
  verifyApp,
} from '@halyard/control-plane/audit';
import type { Client, FlagView, SegmentView } from '@halyard/control-plane/client';
import { ApiError } from '@halyard/control-plane/client';
import { Problem } from '@halyard/control-plane/problem';
import { type Command, UsageError } from './command-line.ts';
import { everyPage } from './server.ts';
import type { Settings } from './settings.ts';

/** Where the entries are: in a database at hand, or behind a server. */
interface Trail {
  readonly account: AccountTrail;
  /** The log as far as it is shown: without the permission for all of it only what happened to apps. */
  readonly whole: () => Promise<boolean>;
  app(app: string): AppTrail;
}

export const trailIn = (stores: Stores, account: string): Trail => ({
  account: accountTrailIn(stores, account),
  whole: async () => true,
  app: (app) => appTrailIn(stores.app(account, app)),
});

/** Every hash is made here, of what the server shows: it cannot claim that its own trail is good. */
export const trailBehind = (client: Client): Trail => ({
  account: {
    head: async () => chainHead((await client.listAccountLog({ limit: 1 })).info['head']),
    newestFirst: () => everyPage((query) => client.listAccountLog(query)),
    apps: () => client.listApps(),
    projects: () => client.listProjects(),
    tokens: () => client.listTokens(),
  },
  whole: async () => chainHead((await client.listAccountLog({ limit: 1 })).info['head']) !== null,
  app: (app) => ({
    head: async () => chainHead((await orNull(client.listChanges(app, { limit: 1 })))?.info['head']),
    // A history that is not there any more is one without entries.
    newestFirst: () => everyPage(async (query) => (await orNull(client.listChanges(app, query))) ?? NO_PAGE),
    async *states() {
      for await (const flag of everyPage((query) => client.listFlags(app, query))) yield stateOf(flag);
      for await (const segment of everyPage((query) => client.listSegments(app, query))) {
        yield segmentState(segment);
      }
    },
    state: async (name) => {
      const key = segmentNamed(name);
      if (key === null) {
        const flag = await orNull(client.getFlag(app, name));
        return flag === null ? null : stateOf(flag);
      }
      const segment = await orNull(client.getSegment(app, key));
      return segment === null ? null : segmentState(segment);
    },
    newestOf: async (name) => {
      const segment = segmentNamed(name);
      const of = segment === null ? { flag: name } : { segment };
      return (await orNull(client.listChanges(app, { ...of, limit: 1 })))?.items[0] ?? null;
    },
  }),
});

const NO_PAGE = { items: [], cursor: null } as const;

/** What a server says of where a chain stands; null: it does not say. */
const chainHead = (head: unknown) => {
  if (typeof head !== 'object' || head === null) return null;
  // Of a server of ours: as `result_info` of the two lists has it.
  return head as { entries: number; last_hash: string | null; version: number; flags: number };
};

const stateOf = ({
  type: _,
  created_at: __,
  exposure: ___,
  version,
  updated_at,
  updated_by,
  ...definition
}: FlagView) => ({
  name: definition.key,
  definition,
  version,
  updated_at,
  updated_by,
});

const segmentState = ({ created_at: _, version, updated_at, updated_by, ...definition }: SegmentView) => ({
  name: segmentName(definition.key),
  definition,
  version,
  updated_at,
  updated_by,
});

const orNull = async <T>(asked: Promise<T>): Promise<T | null> => {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
};

/**
 * Verifies the trails of all apps and of the account, or of one of them; throws a `Problem` with a sentence for all that is wrong.
 *
 * @param now epoch ms: histories of deleted apps are expected until their time has come.
 */
export const verifyAudit = async (
  trail: Trail,
  { account }: Settings,
  command: Command,
  now: number,
): Promise<string> => {
  if (command.words[0] !== 'verify') throw new UsageError('The audit command is "halyard audit verify".');
  const [only] = command.options.get('--app') ?? [];
  const [expected] = command.options.get('--expect') ?? [];
  const onlyLog = command.options.has('--account-log');
  if (onlyLog && only !== undefined) {
    throw new UsageError(
      "--account-log verifies the account's log alone, and --app one app alone; leave one of them out.",
    );
  }
  if (expected !== undefined && only === undefined && !onlyLog) {
    throw new UsageError(
      '--expect compares with the last hash of one chain; name it with --app ID or --account-log.',
    );
  }
  const readable = await mayReadLog(trail);
  const apps = onlyLog ? [] : await appsOf(trail, readable !== 'nothing', now);
  const chosen = apps.filter(({ id }) => only === undefined || id === only);
  if (chosen.length === 0 && only !== undefined) {
    throw new Problem('not_found', { message: `There is no app "${only}" in the account "${account}".` });
  }
  const verdicts: Verdict[] = [];
  const elsewhere = (app: string) =>
    apps.some(({ id }) => id === app) ? trail.app(app).newestFirst() : null;
  for (const app of chosen) verdicts.push(await verifyApp(app, trail.app(app.id), elsewhere));
  if (only === undefined && readable === 'everything') verdicts.push(await verifyAccount(trail.account, now));
  const unread =
    "The account's log was not verified: that takes a token with the permission admin for every app.";
  if (onlyLog && readable !== 'everything') throw new Problem('forbidden', { message: unread });

  const broken = verdicts.flatMap(({ findings }) => findings.map(({ message }) => ({ message })));
  for (const { of, last, findings } of expected === undefined ? [] : verdicts) {
    if (findings.length > 0 || last === expected) continue;
    const message = `${of}: the last hash is ${last ?? 'none'}, not the expected ${expected}: entries were added or removed.`;
    broken.push({ message });
  }
  const [first, ...others] = broken;
  if (first !== undefined) throw new Problem('conflict', [first, ...others]);
  return [
    ...(chosen.length === 0 && !onlyLog ? ['There are no apps to verify.'] : []),
    ...verdicts.map(
      ({ of, entries, last }) => `${of}: ${entries} entries verified, last hash ${last ?? 'none'}`,
    ),
    ...verdicts.flatMap(({ notes = [] }) => notes),
    ...(only === undefined && readable !== 'everything' ? [unread] : []),
  ].join('\n');
};

/** A token of some apps is shown nothing of the log, one with less than `admin` what happened to apps. */
const mayReadLog = async (trail: Trail): Promise<'everything' | 'apps' | 'nothing'> => {
  try {
    return (await trail.whole()) ? 'everything' : 'apps';
  } catch (error) {
    if (error instanceof ApiError && (error.status === 403 || error.status === 404)) return 'nothing';
    throw error;
  }
};

/** The living ones, and those whose history is kept. */
const appsOf = async (trail: Trail, logged: boolean, now: number): Promise<readonly AppName[]> => [
  ...(await trail.account.apps()),
  ...(logged ? await keptApps(trail.account.newestFirst(), new Date(now).toISOString()) : []),
];
