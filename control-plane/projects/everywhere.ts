import type { KeyedInput } from '../flags/body/parse-flag.ts';
import { newFlag } from '../flags/decide/write-flag.ts';
import { digestedFlag } from '../flags/diff/definition-part.ts';
import { sameJson } from '../flags/diff/diff.ts';
import type { Source } from '../model/changelog.ts';
import type { WriteInfo } from '../model/commit.ts';
import type { Environment } from '../model/environment.ts';
import type { FlagDefinition } from '../model/flag.ts';
import { type Issue, Problem, type ProblemKind } from '../model/problem.ts';
import type { Place } from './bases.ts';
import { byName, flagIn, type Side } from './side.ts';

/** What became of a flag in one environment. */
export interface EnvironmentResult {
  readonly environment: string;
  readonly app_id: string;
  /** `exists` and `absent`: there was nothing to do. */
  readonly outcome: 'created' | 'exists' | 'deleted' | 'absent' | 'failed';
  /** Of the flag; absent where it is not there. */
  readonly version?: number;
  /** Why it failed. */
  readonly problem?: { readonly kind: ProblemKind; readonly issues: readonly Issue[] };
}

export interface EveryEnvironment {
  readonly account: string;
  /** By rank, those the caller may write. */
  readonly environments: readonly (Environment & Place & { readonly client_side_default: boolean })[];
  readonly write: WriteInfo;
}

/**
 * Makes a flag in every environment that lacks it, lowest rank first, disabled where production. An environment that fails is told of and
 * holds up no other: the same call again closes the gap. Problem: `invalid`, where the flag is not one.
 */
export const createEverywhere = async (
  { key, input }: KeyedInput,
  { account, environments, write }: EveryEnvironment,
): Promise<readonly EnvironmentResult[]> => {
  const results: EnvironmentResult[] = [];
  let source: { readonly link: Source; readonly definition: FlagDefinition } | null = null;
  for (const { key: environment, app_id, side, production, client_side_default } of environments) {
    const made = newFlag(key, input, { account, clientSide: client_side_default });
    const after = production ? { ...made, enabled: false } : made;
    const link = source !== null && sameDefinition(source.definition, after) ? { source: source.link } : {};
    const result = await outcomeOf(async () => {
      if ((await found(side, key)) !== null) return 'exists';
      const change = { event: 'create', key, after, ...link } as const;
      await side.carry({ changes: [{ change, was: null }], write, dryRun: false });
      return 'created';
    });
    const now = result.outcome === 'failed' ? null : await found(side, key).catch(() => null);
    if (now !== null) {
      source = {
        link: { app_id, flag_version: now.version, entry_hash: now.hash },
        definition: now.definition,
      };
    }
    results.push({ environment, app_id, ...result, ...(now === null ? {} : { version: now.version }) });
  }
  return results;
};

/** Deletes a flag in every environment that has it, lowest rank first. */
export const deleteEverywhere = async (
  key: string,
  {
    environments,
    write,
  }: { readonly environments: readonly (Environment & Place)[]; readonly write: WriteInfo },
): Promise<readonly EnvironmentResult[]> => {
  const results: EnvironmentResult[] = [];
  for (const { key: environment, app_id, side } of environments) {
    const result = await outcomeOf(async () => {
      const flag = await found(side, key);
      if (flag === null) return 'absent';
      await side.carry({
        changes: [{ change: { event: 'delete', key }, was: flag.version }],
        write,
        dryRun: false,
      });
      return 'deleted';
    });
    results.push({ environment, app_id, ...result });
  }
  return results;
};

const found = async (side: Side, key: string) =>
  flagIn(byName(await side.named([{ kind: 'flag', key }])), key);

const sameDefinition = (a: FlagDefinition, b: FlagDefinition): boolean =>
  sameJson(digestedFlag(a), digestedFlag(b));

const outcomeOf = async (
  work: () => Promise<EnvironmentResult['outcome']>,
): Promise<Pick<EnvironmentResult, 'outcome' | 'problem'>> => {
  try {
    return { outcome: await work() };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { outcome: 'failed', problem: { kind: error.kind, issues: error.issues } };
  }
};
