import { isList } from '../flags/body/json.ts';
import type { AccountLogEntry } from '../model/account-log.ts';
import type { App, ChainHead } from '../model/app.ts';
import type { SignIns } from '../model/session.ts';
import type { Token } from '../model/token.ts';
import { canonicalText, hashedLogText } from '../store/sql/audit.ts';
import type { AppName } from './app.ts';
import { type Chain, walkChain } from './chain.ts';
import { Findings, type Verdict } from './finding.ts';
import { sameInAccount, verifyOutbox, type Waiting } from './outbox.ts';
import { type KnownProject, ToldOfProjects } from './projects.ts';
import { ToldSignIns } from './sign-ins.ts';

/** The account's log, and what it tells of. */
export interface AccountTrail {
  head(): Promise<ChainHead | null>;
  newestFirst(): AsyncIterable<AccountLogEntry>;
  apps(): Promise<readonly KnownApp[]>;
  projects(): Promise<readonly KnownProject[]>;
  /** Those that were not revoked. */
  tokens(): Promise<readonly KnownToken[]>;
  /** Of a database at hand: no server shows these. */
  readonly inside?: {
    signIns(): Promise<SignIns>;
    readonly outbox: Waiting;
  };
}

export type KnownApp = Pick<App, 'id' | 'name' | 'client_side_default' | 'tests'>;

export interface KnownToken
  extends Pick<Token, 'id' | 'name' | 'permission' | 'app_ids' | 'allowed_origins' | 'expires_at'> {
  /** SHA-256 of the stored hash; absent where a server shows the token. */
  readonly fingerprint?: string;
}

/** What the log says that there is: the newest word on each app and token. */
interface Told {
  readonly apps: Map<string, AppWord>;
  readonly tokens: Map<
    string,
    { readonly entry: string; readonly detail: AccountLogEntry['detail']; readonly alive: boolean }
  >;
}

interface AppWord {
  /** The newest entry of it. */
  readonly entry: string;
  readonly alive: boolean;
  /** By field, with the entry that says so. Entries of older releases say nothing of some. */
  readonly says: Map<AppField, { readonly entry: string; readonly value: unknown }>;
}

const APP_FIELDS = ['name', 'client_side_default', 'tests'] as const satisfies readonly (keyof KnownApp)[];
type AppField = (typeof APP_FIELDS)[number];

const OF = "The account's log";
/** Apps and tokens that are made while the log is read are looked at again. */
const TRIES = 3;

/** @param now epoch ms. */
export const verifyAccount = async (trail: AccountTrail, now: number): Promise<Verdict> => {
  for (let tries = 1; ; tries += 1) {
    const findings = new Findings(OF);
    const told: Told = { apps: new Map(), tokens: new Map() };
    const ofProjects = new ToldOfProjects();
    const ofSignIns = new ToldSignIns();
    const before = await trail.head();
    const chain: Chain<AccountLogEntry> = {
      head: () => trail.head(),
      newestFirst: () => trail.newestFirst(),
      textOf: hashedLogText,
    };
    const { entries, newest } = await walkChain(chain, findings, (entry) => {
      listen(told, entry);
      ofProjects.listen(entry);
      ofSignIns.listen(entry);
    });
    const [apps, projects, tokens] = [await trail.apps(), await trail.projects(), await trail.tokens()];
    const signIns = await trail.inside?.signIns();
    const after = await trail.head();
    const quiet = before?.last_hash === after?.last_hash;
    if (!quiet && tries < TRIES) continue;
    // An account that never comes to rest is judged by its chain alone.
    if (quiet) {
      compareApps(told, apps, findings);
      ofProjects.compare(projects, findings);
      compareTokens(told, tokens, findings);
      if (signIns !== undefined) ofSignIns.compare(signIns, new Date(now).toISOString(), findings);
    }
    if (trail.inside !== undefined) await verifyOutbox(trail.inside.outbox, sameInAccount(now), findings);
    const notes = unfingerprinted(told, tokens);
    return { of: OF, entries, last: newest?.hash ?? null, findings: findings.list, notes };
  }
};

/** The deleted apps whose history is due to be there, by the log. `at`: ISO 8601. */
export const keptApps = async (
  entries: AsyncIterable<AccountLogEntry>,
  at: string,
): Promise<readonly AppName[]> => {
  const forgotten = new Set<unknown>();
  const kept: AppName[] = [];
  for await (const { event, at: deletedAt, detail } of entries) {
    const { app, name, entries: count, last_hash, kept_until } = detail;
    if (event === 'app_forgotten') forgotten.add(app);
    if (event !== 'app_deleted' || forgotten.has(app)) continue;
    if (typeof kept_until !== 'string' || kept_until <= at) continue;
    kept.push({
      id: String(app),
      name: String(name),
      deleted: {
        at: deletedAt,
        entries: Number(count),
        last_hash: typeof last_hash === 'string' ? last_hash : null,
      },
    });
  }
  return kept;
};

/** Entries come newest first, so the first word on something is the last. */
const listen = ({ apps, tokens }: Told, { id: entry, event, detail }: AccountLogEntry): void => {
  const app = String(detail['app']);
  const token = String(detail['token']);
  switch (event) {
    case 'app_created':
    case 'app_renamed':
    case 'app_changed': {
      const word = apps.get(app) ?? { entry, alive: true, says: new Map() };
      apps.set(app, word);
      for (const field of APP_FIELDS) {
        const value = saidOf(field, event, detail);
        if (value !== undefined && !word.says.has(field)) word.says.set(field, { entry, value });
      }
      return;
    }
    case 'app_deleted':
    case 'app_forgotten':
      if (!apps.has(app)) apps.set(app, { entry, alive: false, says: new Map() });
      return;
    case 'token_created':
      if (!tokens.has(token)) tokens.set(token, { entry, detail, alive: true });
      return;
    case 'token_revoked':
      if (!tokens.has(token)) tokens.set(token, { entry, detail, alive: false });
      return;
    default:
      return;
  }
};

const saidOf = (
  field: AppField,
  event: 'app_created' | 'app_renamed' | 'app_changed',
  { to, diff, ...detail }: AccountLogEntry['detail'],
): unknown => {
  if (event === 'app_created') return detail[field];
  if (event === 'app_renamed') return field === 'name' ? to : undefined;
  return typeof diff === 'object' && diff !== null && !isList(diff) ? diff[field]?.to : undefined;
};

const compareApps = ({ apps: told }: Told, apps: readonly KnownApp[], findings: Findings): void => {
  const there = new Set(apps.map(({ id }) => id));
  for (const app of apps) {
    const { id, name } = app;
    const word = told.get(id);
    if (word === undefined || !word.alive) {
      const why = word === undefined ? 'no entry tells of it' : `entry ${word.entry} deleted it`;
      findings.add('app without entry', `the app ${name} (${id}) is there, but ${why}.`);
      continue;
    }
    for (const field of APP_FIELDS) {
      const said = word.says.get(field);
      if (said === undefined || said.value === app[field]) continue;
      findings.add(
        'app differs',
        `the app ${name} (${id}) has the ${field} ${JSON.stringify(app[field])}, but entry ${said.entry} says ${JSON.stringify(said.value)}.`,
      );
    }
  }
  for (const [id, { entry, alive, says }] of told) {
    if (!alive || there.has(id)) continue;
    findings.add(
      'app missing',
      `the app ${says.get('name')?.value} (${id}) of entry ${entry} is not there, and none deleted it.`,
    );
  }
};

/** Whose secret somebody may have swapped without a trace: entries of older releases do not tell it. */
const unfingerprinted = ({ tokens: told }: Told, tokens: readonly KnownToken[]): readonly string[] => {
  const names = tokens
    .filter(
      ({ id, fingerprint }) => fingerprint !== undefined && told.get(id)?.detail['fingerprint'] === undefined,
    )
    .map(({ name }) => name);
  return names.length === 0
    ? []
    : [
        `${OF}: it cannot be verified that the secret is the one that was given out, because the entry is of an older release, for ${names.join(', ')}.`,
      ];
};

const FIELDS = ['name', 'permission', 'app_ids', 'allowed_origins', 'expires_at'] as const;

const compareTokens = ({ tokens: told }: Told, tokens: readonly KnownToken[], findings: Findings): void => {
  const there = new Set(tokens.map(({ id }) => id));
  for (const token of tokens) {
    const word = told.get(token.id);
    const named = `the token ${token.name} (${token.id}, ${token.permission})`;
    if (word === undefined || !word.alive) {
      const why = word === undefined ? 'no entry tells of it' : `entry ${word.entry} revoked it`;
      findings.add('token without entry', `${named} is good, but ${why}.`);
      continue;
    }
    const { fingerprint } = word.detail;
    const swapped =
      fingerprint !== undefined && token.fingerprint !== undefined && fingerprint !== token.fingerprint;
    if (swapped) {
      findings.add(
        'token differs',
        `${named} has another secret than the one that entry ${word.entry} made.`,
      );
    }
    for (const field of FIELDS) {
      const due = word.detail[field];
      // Entries of older releases do not have every field.
      if (due === undefined || canonicalText([due]) === canonicalText([token[field]])) continue;
      findings.add(
        'token differs',
        `${named} has the ${field} ${JSON.stringify(token[field])}, but entry ${word.entry} says ${JSON.stringify(due)}.`,
      );
    }
  }
  for (const [id, { entry, alive, detail }] of told) {
    if (!alive || there.has(id)) continue;
    findings.add(
      'token missing',
      `the token ${detail['name']} (${id}) of entry ${entry} is not good any more, and no entry revoked it.`,
    );
  }
};
