import type { Flag, Rule } from '@halyard/engine';

export const RAMP_STEPS = [5, 25, 50, 100] as const;

/** What a ramp moves: the share of everyone not decided by an earlier rule who get `variation`; the others get `rest`. */
export interface Ramp {
  readonly variation: string;
  readonly rest: string;
  readonly percentage: number;
  /** The rule that holds the share; null: the first step adds it. */
  readonly priority: number | null;
  /** No other rule comes before it. */
  readonly first: boolean;
}

export type RampChange =
  | { readonly kind: 'rule'; readonly priority: number; readonly body: object; readonly after: Flag }
  | { readonly kind: 'flag'; readonly body: object; readonly after: Flag };

const openRule = (flag: Flag): Rule | undefined =>
  [...flag.rules].sort((a, b) => a.priority - b.priority).find((rule) => rule.conditions.length === 0);

const chosenVariation = (flag: Flag): string | undefined => {
  const names = Object.keys(flag.variations);
  return (
    names.find((name) => flag.variations[name] === true) ??
    names.find((name) => name !== flag.default_variation)
  );
};

const restOf = (flag: Flag, variation: string): string | undefined => {
  const names = [flag.default_variation, flag.off_variation, ...Object.keys(flag.variations)];
  return names.find((name) => name !== undefined && name !== variation);
};

/** Null where there is nothing to ramp: one variation only, or a split already shares out everyone. */
export const rampOf = (flag: Flag): Ramp | null => {
  const rule = openRule(flag);
  if (rule?.split !== undefined) return null;
  const variation = rule?.serve_variation ?? chosenVariation(flag);
  if (variation === undefined) return null;
  const rest = restOf(flag, variation);
  if (rest === undefined) return null;
  if (rule === undefined) {
    const percentage = flag.default_variation === variation ? 100 : 0;
    return { variation, rest, percentage, priority: null, first: flag.rules.length === 0 };
  }
  const percentage = flag.default_variation === variation ? 100 : (rule.rollout?.percentage ?? 100);
  const first = flag.rules.every(({ priority }) => priority >= rule.priority);
  return { variation, rest, percentage, priority: rule.priority, first };
};

/** The write that brings the ramp to a percentage, and the flag as it will be. */
export const rampTo = (flag: Flag, ramp: Ramp, percentage: number): RampChange => {
  const fallsBack = flag.default_variation !== ramp.variation;
  const withDefault = fallsBack ? {} : { default_variation: ramp.rest };
  const existing = flag.rules.find((rule) => rule.priority === ramp.priority);
  if (existing === undefined) {
    const priority = Math.max(0, ...flag.rules.map((rule) => rule.priority)) + 1;
    const added: Rule = {
      priority,
      conditions: [],
      serve_variation: ramp.variation,
      rollout: { percentage },
    };
    const body = { ...withDefault, rules: [...flag.rules, added] };
    return { kind: 'flag', body, after: { ...flag, ...body } };
  }
  const changed: Rule = {
    priority: existing.priority,
    conditions: existing.conditions,
    serve_variation: ramp.variation,
    rollout: { ...existing.rollout, percentage },
  };
  const rules = flag.rules.map((rule) => (rule === existing ? changed : rule));
  const after: Flag = { ...flag, ...withDefault, rules };
  return fallsBack
    ? { kind: 'rule', priority: existing.priority, body: { rollout: { percentage } }, after }
    : { kind: 'flag', body: { ...withDefault, rules }, after };
};
