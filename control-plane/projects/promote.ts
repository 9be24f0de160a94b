import type { Entity } from '../flags/references/integrity.ts';
import type { Named } from '../model/carried.ts';
import type { FailedTest, WriteInfo } from '../model/commit.ts';
import { type Issue, Problem } from '../model/problem.ts';
import { basesOf, type Place } from './bases.ts';
import {
  type Conflict,
  type Knowledge,
  type Promotion,
  type PromotionRequest,
  planPromotion,
} from './promotion.ts';
import { byName, flagIn, nameOf } from './side.ts';

/** How often what both environments are is read anew, when somebody writes meanwhile. */
const TRIES = 5;
/** An answer names this many paths at most. */
const SHOWN = 100;

export interface PromoteOptions {
  /** The versions that the target's flags must be at, by key; 0: not there. */
  readonly expect: Readonly<Record<string, number>>;
  readonly write: WriteInfo;
  readonly dryRun: boolean;
  /** How the two environments are called. */
  readonly names: { readonly from: string; readonly to: string };
}

export interface Promoted extends Promotion {
  readonly app_version: number;
  readonly failing: readonly FailedTest[];
}

/**
 * Carries flags from one environment to another in one commit of the target, on the versions that were compared. Problems: `not_found`,
 * `precondition` (`expect`), `conflict` (paths that both changed, unless the source's are taken), those of any commit.
 */
export const promote = async (
  from: Place,
  to: Place,
  request: PromotionRequest,
  options: PromoteOptions,
): Promise<Promoted> => {
  for (let tries = 1; ; tries += 1) {
    const promotion = await planned(from, to, request, options);
    const refused = request.conflicts === 'refuse' ? promotion.conflicts : [];
    if (refused.length > 0 && !options.dryRun) throw contradicted(refused, options.names);
    try {
      const { write, dryRun } = options;
      const committed = await to.side.carry({
        changes: refused.length > 0 ? [] : promotion.changes,
        write,
        dryRun,
      });
      return { ...promotion, ...committed };
    } catch (error) {
      if (!(error instanceof Problem && error.kind === 'precondition') || tries >= TRIES) throw error;
    }
  }
};

const planned = async (
  from: Place,
  to: Place,
  request: PromotionRequest,
  options: PromoteOptions,
): Promise<Promotion> => {
  let known: Knowledge = {
    app_id: from.app_id,
    from: new Map(),
    to: new Map(),
    bases: new Map(),
    asked: new Set(),
  };
  for (let first = true; ; first = false) {
    const promotion = planPromotion(request, known);
    if (promotion.unknown.length === 0) return promotion;
    known = await learn(from, to, known, promotion.unknown);
    if (first) checkAsked(request.keys, known, options);
  }
};

const learn = async (
  from: Place,
  to: Place,
  known: Knowledge,
  entities: readonly Entity[],
): Promise<Knowledge> => {
  const [theirs, mine, bases] = await Promise.all([
    from.side.named(entities),
    to.side.named(entities),
    basesOf(from, to, entities),
  ]);
  const more = (old: ReadonlyMap<string, Named>, found: readonly Named[]) =>
    new Map([...old, ...byName(found)]);
  return {
    app_id: known.app_id,
    from: more(known.from, theirs),
    to: more(known.to, mine),
    bases: new Map([...known.bases, ...bases]),
    asked: new Set([...known.asked, ...entities.map(nameOf)]),
  };
};

const checkAsked = (keys: readonly string[], known: Knowledge, { expect, names }: PromoteOptions): void => {
  const missing = keys.flatMap((key, index): readonly Issue[] =>
    flagIn(known.from, key) !== null
      ? []
      : [{ pointer: `/keys/${index}`, message: `There is no flag ${JSON.stringify(key)} in ${names.from}.` }],
  );
  throwIfAny('not_found', missing);
  const moved = Object.entries(expect).flatMap(([key, version]): readonly Issue[] => {
    const found = flagIn(known.to, key)?.version ?? 0;
    return found === version
      ? []
      : [
          {
            pointer: `/expect/${key}`,
            message: `The flag ${JSON.stringify(key)} is at version ${found} in ${names.to}; expect names ${version}.`,
            version: found,
          },
        ];
  });
  throwIfAny('precondition', moved);
};

const contradicted = (conflicts: readonly Conflict[], { from, to }: PromoteOptions['names']): Problem => {
  const issues = conflicts.slice(0, SHOWN).map(
    ({ kind, key, path }): Issue => ({
      message: `The ${kind} ${key} was changed at ${path} both in ${from} and in ${to}; change one of them, or send "conflicts": "source" to take the definition of ${from}.`,
    }),
  );
  const [first, ...others] = issues;
  if (first === undefined) throw new Error('There are conflicts.');
  return new Problem('conflict', [first, ...others]);
};

const throwIfAny = (kind: 'not_found' | 'precondition', [first, ...others]: readonly Issue[]): void => {
  if (first !== undefined) throw new Problem(kind, [first, ...others]);
};
