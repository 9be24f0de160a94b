import type { Configuration } from './wire.ts';

/** Where a configuration stands: a version counts within the history that its epoch names. An edge of a former release names none. */
export type Place = Pick<Configuration, 'version' | 'identity' | 'epoch'>;

/** As the edge says it in ids of events: `{epoch}.{version}`. */
export const revisionOf = ({ version, epoch }: Place): string =>
  epoch === undefined ? `${version}` : `${epoch}.${version}`;

/** `{ms begun}-{random}`: below zero where `a` began before `b`. */
const compareEpochs = (a: string, b: string): number =>
  Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : a > b ? 1 : 0);

/** Below zero: `a` is older than `b`. Where one of them names no epoch, the other is taken for the newer; where neither does, by version. */
export const comparePlaces = (a: Place, b: Place): number => {
  if (a.epoch === undefined || b.epoch === undefined) {
    return a.epoch === b.epoch ? a.version - b.version : a.epoch === undefined ? -1 : 1;
  }
  return compareEpochs(a.epoch, b.epoch) || a.version - b.version;
};
