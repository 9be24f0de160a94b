import type { Evaluation } from './model.ts';

/** `evaluated`: somebody asked for this flag. `delivered`: it was in an answer with all flags. The two are never added up. */
export type TallyKind = 'evaluated' | 'delivered';

/** How often a flag gave an answer; variation null: the caller's own default was used. */
export type Count = readonly [
  flag: string,
  variation: string | null,
  reason: string,
  kind: TallyKind,
  n: number,
];

/** The reason of an evaluation that failed. */
export const ERROR = 'ERROR';

const FIRST_SLOTS = 64;

/**
 * Counts the answers of one app's flags, and nothing of whom they were for. Every answer that may be served again has a slot, so that
 * counting one is adding to a number.
 */
export class Tally {
  readonly #slots = new Map<string, number>();
  readonly #names: (readonly [flag: string, variation: string | null, reason: string])[] = [];
  #evaluated = new Uint32Array(FIRST_SLOTS);
  #delivered = new Uint32Array(FIRST_SLOTS);

  /** The same number again for the same answer. */
  slotOf(flag: string, variation: string | null, reason: string): number {
    const name = JSON.stringify([flag, variation, reason]);
    const known = this.#slots.get(name);
    if (known !== undefined) return known;
    const slot = this.#names.length;
    this.#slots.set(name, slot);
    this.#names.push([flag, variation, reason]);
    if (slot === this.#evaluated.length) {
      this.#evaluated = twiceAsLong(this.#evaluated);
      this.#delivered = twiceAsLong(this.#delivered);
    }
    return slot;
  }

  /** The slot of an evaluation of this flag that a `CompiledApp` with this tally made. */
  slotIn(evaluation: Evaluation, flag: string): number {
    return evaluation.slot ?? this.#slotOfOther(evaluation, flag);
  }

  evaluated(evaluation: Evaluation, flag: string): void {
    const slot = evaluation.slot ?? this.#slotOfOther(evaluation, flag);
    this.#evaluated[slot] = (this.#evaluated[slot] ?? 0) + 1;
  }

  delivered(slots: readonly number[]): void {
    const counts = this.#delivered;
    for (const slot of slots) counts[slot] = (counts[slot] ?? 0) + 1;
  }

  /** What was counted since the last time. To be called before anything was counted 4 thousand million times. */
  drain(): Count[] {
    const counts: Count[] = [];
    for (const [slot, [flag, variation, reason]] of this.#names.entries()) {
      const evaluated = this.#evaluated[slot] ?? 0;
      const delivered = this.#delivered[slot] ?? 0;
      if (evaluated > 0) counts.push([flag, variation, reason, 'evaluated', evaluated]);
      if (delivered > 0) counts.push([flag, variation, reason, 'delivered', delivered]);
    }
    this.#evaluated.fill(0);
    this.#delivered.fill(0);
    return counts;
  }

  #slotOfOther(evaluation: Evaluation, flag: string): number {
    return evaluation.kind === 'served'
      ? this.slotOf(flag, evaluation.variant, evaluation.reason)
      : this.slotOf(flag, null, evaluation.kind === 'failed' ? ERROR : evaluation.reason);
  }
}

const twiceAsLong = (counts: Uint32Array): Uint32Array<ArrayBuffer> => {
  const longer = new Uint32Array(counts.length * 2);
  longer.set(counts);
  return longer;
};

/** One row for each of what several drains counted. */
export const summed = (...lists: readonly (readonly Count[])[]): readonly Count[] => {
  const [first = [], ...others] = lists.filter((list) => list.length > 0);
  if (others.length === 0) return first;
  const sums = new Map<string, Count>();
  for (const [flag, variation, reason, kind, n] of [first, ...others].flat()) {
    const name = JSON.stringify([flag, variation, reason, kind]);
    sums.set(name, [flag, variation, reason, kind, n + (sums.get(name)?.[4] ?? 0)]);
  }
  return [...sums.values()];
};
