import { compareEpochs, type Position, type Revision } from '@halyard/caches';

/** Whether a version is at or past a revision. A revision without an epoch is compared by its version. */
export const isAt = ({ version, history }: Position, revision: Revision): boolean => {
  const order =
    revision.epoch === null || history === undefined ? 0 : compareEpochs(history.epoch, revision.epoch);
  return order === 0 ? version >= revision.version : order > 0;
};
