import type { Named } from '../model/carried.ts';
import type { WriteInfo } from '../model/commit.ts';
import type { Place } from './bases.ts';
import type { Carrying } from './side.ts';

/**
 * Carries every flag and segment of an environment to an empty one, in one commit, bucketing and all. Flags arrive disabled unless
 * `state`. Problems: those of any commit.
 */
export const copyEnvironment = async (
  from: Place,
  to: Place,
  { state, write }: { readonly state: boolean; readonly write: WriteInfo },
): Promise<void> => {
  const everything = await from.side.named(await from.side.outline());
  if (everything.length === 0) return;
  const changes = everything.map((one) => copyOf(one, from.app_id, state));
  await to.side.carry({ changes, write, dryRun: false });
};

const copyOf = (one: Named, app_id: string, state: boolean): Carrying => {
  const source = { app_id, flag_version: one.version, entry_hash: one.hash };
  const { key } = one;
  return {
    was: null,
    change:
      one.kind === 'segment'
        ? { kind: 'segment', event: 'create', key, after: one.definition, source }
        : {
            event: 'create',
            key,
            after: state ? one.definition : { ...one.definition, enabled: false },
            source,
          },
  };
};
