import { answersOf, UNMET } from '../answers.ts';
import { type OwnContext, ownContext } from '../attribute.ts';
import { bucketerOf } from '../buckets/bucket.ts';
import type { Bucketer } from '../buckets/bucketer.ts';
import { graphAround, keyOf } from '../flag.ts';
import type { FlagNode } from '../graph/flag-node.ts';
import type { Graph, Surroundings } from '../graph/graph.ts';
import type { Context, Evaluation } from '../model.ts';
import { type ParsedFlag, parseFlag } from '../parse/flag.ts';
import { type PlacedRule, parseRules } from '../parse/rules.ts';
import { Conditions } from './conditions.ts';
import type { Explanation, PrerequisiteTrace, RuleTrace } from './explanation.ts';
import { servedByShare, traceShare } from './share.ts';

/**
 * What `evaluate` answers, and why. Walks the parsed flag itself, so that it can tell of conditions that the compiled form skips or
 * never had to look at; that both always agree is a property under test. Never throws and never changes its input.
 *
 * @param surroundings as for `compile`.
 */
export const explain = (
  flag: unknown,
  context: Context,
  surroundings: Surroundings | string,
): Explanation => {
  const graph = graphAround(surroundings);
  const node = graph.flag(keyOf(flag));
  node.define(() => flag);
  return new Explainer(graph, context).explain(node);
};

/** One explanation: what another flag answers is told in full where it is first asked. */
class Explainer {
  readonly #graph: Graph;
  readonly #context: Context;
  readonly #told = new Set<FlagNode>();

  constructor(graph: Graph, context: Context) {
    this.#graph = graph;
    this.#context = context;
  }

  explain(node: FlagNode): Explanation {
    this.#told.add(node);
    const { failure } = node;
    if (failure === null) {
      try {
        return this.#walk(node.read(), ownContext(this.#context));
      } catch {
        // A part of the context, or of the flag, cannot be read: the compiled form says what is answered then.
      }
    }
    const { key } = node.flag;
    const evaluation = node.flag.evaluate(this.#context);
    const why = evaluation.kind === 'failed' ? evaluation.message : 'a part of the context cannot be read';
    return { key, evaluation, why, prerequisites: [], rules: [] };
  }

  #walk(flag: unknown, context: OwnContext): Explanation {
    const parsed = parseFlag(flag, this.#graph.origin);
    const prerequisites = parsed.prerequisites.map(({ flag: key, variations }): PrerequisiteTrace => {
      const served = this.#servedBy(key, context);
      const met =
        served.variant !== null && served.reason !== 'DISABLED' && variations.includes(served.variant);
      return { flag: key, variations, met, ...served };
    });
    const unmet = parsed.enabled ? prerequisites.find(({ met }) => !met) : undefined;
    const traces = parsed.enabled
      ? this.#traces(flag, parsed, context)
      : this.#tracesIfReadable(flag, parsed, context);
    if (!parsed.enabled || unmet !== undefined) {
      const off = unmet === undefined ? 'the flag is off' : `prerequisite ${unmet.flag} is not met`;
      const served =
        parsed.off_variation === null
          ? 'leaves it to the caller’s default'
          : `serves ${parsed.off_variation}`;
      return {
        key: parsed.key,
        evaluation: answersOf(parsed).off(unmet?.flag),
        why: unmet === undefined ? `${off} and ${served}` : `${off}; the flag ${served}`,
        prerequisites,
        rules: traces.map((rule) => ({ ...rule, outcome: 'not_reached', why: off })),
      };
    }
    return { key: parsed.key, prerequisites, ...decisionOf(parsed, traces) };
  }

  /** A disabled flag is off whatever is wrong with its rules. */
  #tracesIfReadable(flag: unknown, parsed: ParsedFlag, context: OwnContext): readonly RuleTrace[] {
    try {
      return this.#traces(flag, parsed, context);
    } catch {
      return [];
    }
  }

  #traces(flag: unknown, parsed: ParsedFlag, context: OwnContext): readonly RuleTrace[] {
    const bucketer = bucketerOf(parsed.bucketing);
    const conditions = new Conditions(this.#graph, context, (key) => this.#servedBy(key, context));
    return parseRules(flag, parsed.variations).map((rule) => traceRule(rule, bucketer, conditions, context));
  }

  #servedBy(
    key: string,
    context: OwnContext,
  ): Pick<PrerequisiteTrace, 'variant' | 'reason' | 'decision' | 'why'> {
    const node = this.#graph.flag(key);
    const first = !this.#told.has(node);
    const decision = first ? this.explain(node) : undefined;
    const evaluation = decision?.evaluation ?? node.flag.evaluate(context);
    return {
      variant: evaluation.kind === 'served' ? evaluation.variant : null,
      reason: evaluation.kind === 'failed' ? null : evaluation.reason,
      ...(decision === undefined ? {} : { decision }),
      why: `${key} ${outcomeOf(evaluation)}`,
    };
  }
}

const outcomeOf = (evaluation: Evaluation): string => {
  switch (evaluation.kind) {
    case 'served': {
      const unmet = evaluation.metadata[UNMET];
      const off = typeof unmet === 'string' && evaluation.reason === 'DISABLED';
      return `serves ${evaluation.variant}${off ? `, as its prerequisite ${unmet} is not met` : ''} (${evaluation.reason})`;
    }
    case 'unserved':
      return 'is off and serves nothing';
    case 'failed':
      return `fails (${evaluation.code})`;
  }
};

const decisionOf = (
  parsed: ParsedFlag,
  traces: readonly RuleTrace[],
): Pick<Explanation, 'evaluation' | 'why' | 'rules'> => {
  const answers = answersOf(parsed);
  const serving = traces.findIndex(({ outcome }) => outcome === 'served');
  const rules = traces.map((trace, index): RuleTrace => {
    return serving === -1 || index <= serving
      ? trace
      : { ...trace, outcome: 'not_reached', why: `rule ${traces[serving]?.priority} served before` };
  });
  const served = traces[serving];
  if (served !== undefined && served.variation !== null) {
    const reason = served.share !== null && served.share.whole === null ? 'SPLIT' : 'TARGETING_MATCH';
    const { variation, priority } = served;
    return { evaluation: answers(variation, reason), why: `rule ${priority} serves ${variation}`, rules };
  }
  const variation = parsed.default_variation;
  if (traces.length > 0) {
    const why = `no rule served; the default variation is ${variation}`;
    return { evaluation: answers(variation, 'DEFAULT'), why, rules };
  }
  const reason = parsed.prerequisites.length === 0 ? 'STATIC' : 'DEFAULT';
  return {
    evaluation: answers(variation, reason),
    why: `the flag has no rules and serves ${variation}`,
    rules,
  };
};

const traceRule = (
  rule: PlacedRule,
  flagBucketer: Bucketer,
  tracer: Conditions,
  context: OwnContext,
): RuleTrace => {
  const { id, priority, index } = rule;
  const conditions = rule.conditions.map((condition) => tracer.trace(condition));
  const bucketer = rule.bucketing === undefined ? flagBucketer : bucketerOf(rule.bucketing);
  const share = traceShare(rule, bucketer, context);
  const base = { ...(id === undefined ? {} : { id }), priority, index, conditions, share };
  const failed = conditions.filter(({ held }) => !held).length;
  if (failed > 0) {
    const why =
      conditions.length === 1
        ? 'its condition does not hold'
        : `${failed} of its ${conditions.length} conditions do not hold`;
    return { ...base, outcome: 'conditions', why, variation: null };
  }
  const variation = share === null ? (rule.serve_variation ?? null) : servedByShare(share);
  if (share !== null && variation === null) return { ...base, outcome: 'share', why: share.why, variation };
  const all = conditions.length === 0 ? 'it has no conditions' : 'all its conditions hold';
  return { ...base, outcome: 'served', why: share === null ? all : `${all} and ${share.why}`, variation };
};
