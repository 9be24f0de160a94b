import { appSpace } from '@halyard/caches';
import { createMemoryCache } from '@halyard/caches/memory';
import { CompiledApp, type Flag, type Segment } from '@halyard/engine';
import { HeldApp } from '../../evaluator/edge/held/held-app.ts';
import type { Candidate } from './measure.ts';
import { flagOf } from './subjects/halyard.ts';
import { contexts, many } from './workloads.ts';

/** The conditions of F2, in a segment. */
const SEGMENT: Segment = { key: 'f2', conditions: flagOf('f2', 'F2').rules[0]?.conditions ?? [] };

const throughSegment = (key: string): Flag => ({
  ...flagOf(key, 'F2'),
  rules: [{ priority: 1, conditions: [{ operator: 'in_segment', value: ['f2'] }], serve_variation: 'on' }],
});

const needing = (flag: Flag, needed: string, ...variations: string[]): Flag => ({
  ...flag,
  prerequisites: [{ flag: needed, variations }],
});

const decides = (app: CompiledApp, key: string): Candidate['decide'] => {
  const flag = app.get(key);
  if (flag === undefined) throw new Error(`there is no flag ${key}`);
  return (context) => flag.evaluate(context);
};

/** An app each, as one flag's form would otherwise make another's slower. */
const oneIn = (name: string, key: string, flags: readonly Flag[]): Candidate => {
  const app = new CompiledApp('bench');
  for (const flag of flags) app.set(flag.key, flag);
  app.setSegment('f2', SEGMENT);
  return { name, decide: decides(app, key), inputs: contexts };
};

export const segmentCandidates = (): readonly Candidate[] => [
  oneIn('the conditions of F2, inline', 'f2', [flagOf('f2', 'F2')]),
  oneIn('the same through a segment', 'f2', [throughSegment('f2')]),
];

export const prerequisiteCandidates = (): readonly Candidate[] => [
  oneIn('F2 alone', 'f2', [flagOf('f2', 'F2')]),
  oneIn('F2 with a prerequisite that is met', 'f2', [
    needing(flagOf('f2', 'F2'), 'f1', 'off'),
    flagOf('f1', 'F1'),
  ]),
];

const DEPENDANTS = 300;

/** A thousand flags; the prerequisites of the dependants are met by 300 others. */
const bulkOf = (name: string, dependants: number): Candidate => {
  const app = new CompiledApp('bench');
  for (const [index, { key, workload }] of many.entries()) {
    const flag = flagOf(key, workload);
    app.set(key, index < dependants ? needing(flag, `flag-${index + DEPENDANTS}`, 'on', 'off') : flag);
  }
  return {
    name,
    decide: (context) => app.evaluateAll(context, () => undefined),
    inputs: contexts.slice(0, 20),
    decisions: many.length,
  };
};

export const dependantCandidates = (): readonly Candidate[] => [
  bulkOf('1,000 flags', 0),
  bulkOf(`of them ${DEPENDANTS} with a prerequisite`, DEPENDANTS),
];

const median = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN;

export interface Edited {
  /** Milliseconds: an edge takes the commit in. */
  readonly applied: number;
  /** Milliseconds: and then answers all flags for the first context. */
  readonly answered: number;
  /** The same once more, which nothing was changed before. */
  readonly again: number;
}

/** An edit of a segment that 1,000 flags use, at an edge that has compiled them all. */
export const editOfSegment = async (rounds: number): Promise<Edited> => {
  const cache = createMemoryCache({ now: Date.now });
  const space = appSpace('bench', 'app');
  const textOf = (member: string): string => JSON.stringify({ ...SEGMENT, include: [member] });
  await cache.replace(space, {
    version: 1,
    entries: new Map([
      ...many.map(({ key }): [string, string] => [key, JSON.stringify(throughSegment(key))]),
      ['segment/f2', textOf('nobody')],
    ]),
  });
  let applied = (): void => undefined;
  const log = { debug: applied, info: applied, warn: applied, error: applied };
  const app = new HeldApp(
    'bench',
    'app',
    { cache, now: Date.now, log, random: Math.random, disk: undefined, outages: 'debug' },
    { onApplied: () => applied() },
  );
  app.start();
  await app.ready(10_000);
  const [context = {}] = contexts;
  const answer = (): number => {
    const started = performance.now();
    app.compiled.evaluateAll(context, () => undefined);
    return performance.now() - started;
  };
  const edits: Edited[] = [];
  for (let round = 0; round < rounds * 20; round += 1) {
    answer();
    let took = Number.NaN;
    const started = performance.now();
    const done = new Promise<void>((resolve) => {
      applied = () => {
        took = performance.now() - started;
        resolve();
      };
    });
    await cache.publish(space, {
      version: round + 2,
      changes: [{ key: 'segment/f2', value: textOf(`user-${round}`) }],
    });
    await done;
    edits.push({ applied: took, answered: answer(), again: answer() });
  }
  await app.close();
  return {
    applied: median(edits.map((edit) => edit.applied)),
    answered: median(edits.map((edit) => edit.answered)),
    again: median(edits.map((edit) => edit.again)),
  };
};
