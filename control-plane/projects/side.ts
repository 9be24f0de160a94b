import type { Entity } from '../flags/references/integrity.ts';
import type { Named } from '../model/carried.ts';
import type { FailedTest } from '../model/commit.ts';
import { type Change, isSegmentChange, type WriteInfo } from '../model/commit.ts';
import { Problem } from '../model/problem.ts';
import type { AppStore, Carriage, FlagQuery } from '../store/port.ts';
import { encodeCursor } from '../store/sql/cursor.ts';

/** What one environment's app is asked for by calls about several. All of it is data in, data out: the app may be in another object. */
export interface Side extends Carriage {
  /** Of flags, in order, behind a key. */
  keys(query: KeysQuery): Promise<readonly string[]>;
  /** One commit of changes that were decided elsewhere. Problems: `precondition`, where one was decided on another version; those of any commit. */
  carry(cargo: Cargo): Promise<Carried>;
}

export type KeysQuery = Pick<FlagQuery, 'limit' | 'q' | 'tags'> & { readonly behind?: string };

export interface Cargo {
  readonly changes: readonly Carrying[];
  readonly write: WriteInfo;
  readonly dryRun: boolean;
}

export interface Carrying {
  readonly change: Change;
  /** The version that it was decided on; null: it was not there. */
  readonly was: number | null;
}

export interface Carried {
  readonly app_version: number;
  /** Tests of flags that fail now, where the app only warns of them. */
  readonly failing: readonly FailedTest[];
}

export const sideOf = (store: AppStore): Side => ({
  outline: () => store.outline(),
  named: (entities) => store.named(entities),
  links: (app, entities) => store.links(app, entities),
  earlier: (versions) => store.earlier(versions),

  async keys({ behind, ...query }) {
    const after = behind === undefined ? {} : { after: encodeCursor('flags', behind) };
    return (await store.flags({ ...query, ...after })).items.map(({ definition }) => definition.key);
  },

  async carry({ changes, write, dryRun }) {
    const keysOf = (kind: Entity['kind']): readonly string[] =>
      changes.flatMap(({ change }) => ((change.kind ?? 'flag') === kind ? change.key : []));
    const committed = await store.commit({
      keys: keysOf('flag'),
      segments: keysOf('segment'),
      decide: (flags, segments) => {
        for (const { change, was } of changes) {
          const of = isSegmentChange(change) ? segments : flags;
          const version = of.get(change.key)?.version ?? null;
          if (version !== was) throw movedOn(change, version);
        }
        return { changes: changes.map(({ change }) => change), answer: null };
      },
      write,
      dryRun,
    });
    if (committed.replayed !== undefined) throw new Error('No idempotency key was given.');
    return { app_version: committed.appVersion, failing: committed.failing };
  },
});

const movedOn = ({ kind = 'flag', key }: Change, version: number | null): Problem =>
  new Problem('precondition', {
    message: `The ${kind} ${key} ${version === null ? 'is gone' : `is at version ${version}`} by now.`,
    ...(version === null ? {} : { version }),
  });

/** As `segment/KEY` or the flag's key. */
export const nameOf = ({ kind, key }: Entity): string => `${kind}/${key}`;

export const byName = <E extends Entity>(entities: readonly E[]): ReadonlyMap<string, E> =>
  new Map(entities.map((entity) => [nameOf(entity), entity]));

export const flagIn = (named: ReadonlyMap<string, Named>, key: string) => {
  const found = named.get(nameOf({ kind: 'flag', key }));
  return found?.kind === 'flag' ? found : null;
};

export const segmentIn = (named: ReadonlyMap<string, Named>, key: string) => {
  const found = named.get(nameOf({ kind: 'segment', key }));
  return found?.kind === 'segment' ? found : null;
};
