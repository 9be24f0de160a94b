import { measure } from 'mitata';

/**
 * A timed loop of its own for each candidate: in a common one V8 would serve all of them with what it learnt of all, and inline none.
 */
const loopOver = (decide: (input: never) => unknown, inputs: readonly unknown[]): (() => unknown) => {
  const waits = decide(inputs[0] as never) instanceof Promise;
  const make = new Function(
    'decide',
    'inputs',
    `let last;
     return ${waits ? 'async ' : ''}() => {
       for (let i = 0; i < inputs.length; i++) last = ${waits ? 'await ' : ''}decide(inputs[i]);
       return last;
     };`,
  );
  return make(decide, inputs);
};

export interface Candidate {
  readonly name: string;
  readonly decide: (input: never) => unknown;
  readonly inputs: readonly unknown[];
  /** How many decisions one call makes; default 1. */
  readonly decisions?: number;
}

export interface Timed {
  readonly name: string;
  /** Nanoseconds a decision: the median over the rounds of each round's median. */
  readonly ns: number;
}

export interface Effort {
  readonly rounds: number;
  /** Milliseconds of each candidate in each round. */
  readonly ms: number;
}

const medianOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Rounds are interleaved, so that a slow spell of the machine meets every candidate. */
export const measureAll = async (
  candidates: readonly Candidate[],
  effort: Effort,
): Promise<readonly Timed[]> => {
  const timed = candidates.map((candidate) => ({
    ...candidate,
    loop: loopOver(candidate.decide, candidate.inputs),
    rounds: [] as number[],
  }));
  // Everything is optimized before anything is timed.
  for (const { loop } of timed) {
    const until = performance.now() + 3 * effort.ms;
    while (performance.now() < until) await loop();
  }
  for (let round = 0; round < effort.rounds; round += 1) {
    for (const { loop, rounds, inputs, decisions = 1 } of timed) {
      const { p50 } = await measure(loop, {
        min_cpu_time: effort.ms * 1e6,
        min_samples: 3,
        batch_threshold: 0,
      });
      rounds.push(p50 / inputs.length / decisions);
    }
  }
  return timed.map(({ name, rounds }) => ({ name, ns: medianOf(rounds) }));
};
