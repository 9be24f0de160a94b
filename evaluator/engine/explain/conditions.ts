import { attributeNamed, isScalar, look, type OwnContext, type Seen, textOf } from '../attribute.ts';
import { bucketerOf } from '../buckets/bucket.ts';
import { comparedValue, isReference, judgementOf } from '../condition.ts';
import type { Graph } from '../graph/graph.ts';
import type {
  Comparison,
  Condition,
  Group,
  Reference,
  SegmentCondition,
  ServesCondition,
  ShareCondition,
} from '../model.ts';
import { OPERATORS, type OperatorRow } from '../operators/index.ts';
import { describe } from '../place.ts';
import type {
  ComparisonTrace,
  ConditionTrace,
  SegmentTrace,
  ServesTrace,
  ShareConditionTrace,
} from './explanation.ts';
import { bucketSeen, seenTrace } from './share.ts';

type Served = Pick<ServesTrace, 'variant' | 'reason' | 'decision' | 'why'>;

/** How the conditions of flags and segments see one context. */
export class Conditions {
  readonly #graph: Graph;
  readonly #context: OwnContext;
  readonly #servedBy: (flag: string) => Served;

  constructor(graph: Graph, context: OwnContext, servedBy: (flag: string) => Served) {
    this.#graph = graph;
    this.#context = context;
    this.#servedBy = servedBy;
  }

  trace(condition: Condition): ConditionTrace {
    if ('logical_operator' in condition) return this.#group(condition);
    return isReference(condition) ? this.#reference(condition) : this.#comparison(condition);
  }

  #group(group: Group): ConditionTrace {
    const clauses = group.clauses.map((clause) => this.trace(clause));
    const holding = clauses.filter(({ held }) => held).length;
    return {
      logical_operator: group.logical_operator,
      clauses,
      held: group.logical_operator === 'AND' ? holding === clauses.length : holding > 0,
      why: `${holding} of ${clauses.length} hold`,
    };
  }

  #comparison(comparison: Comparison): ComparisonTrace {
    const seen = look(this.#context, attributeNamed(comparison.attribute));
    const held = judgementOf(comparison)(seen);
    return { ...comparison, seen: seenTrace(seen), held, why: comparisonSentence(comparison, seen) };
  }

  #reference(reference: Reference): ConditionTrace {
    switch (reference.operator) {
      case 'in_segment':
      case 'not_in_segment':
        return this.#membership(reference);
      case 'serves':
      case 'not_serves':
        return this.#serves(reference);
      case 'in_share':
        return this.#share(reference);
    }
  }

  #membership(condition: SegmentCondition): ConditionTrace {
    const segments = condition.value.map((key) => this.#segment(key));
    const members = segments.filter(({ member }) => member).map(({ key }) => key);
    return {
      ...condition,
      segments,
      held: members.length > 0 === (condition.operator === 'in_segment'),
      why: members.length > 0 ? `a member of ${members.join(', ')}` : 'a member of none of them',
    };
  }

  #segment(key: string): SegmentTrace {
    const { attribute, include, exclude, conditions } = this.#graph.segment(key).parsed();
    const seen = look(this.#context, attributeNamed(attribute));
    const text = isScalar(seen) ? textOf(seen) : null;
    const traces = conditions.map((condition) => this.trace(condition));
    const base = { key, attribute, seen: seenTrace(seen), conditions: traces };
    const is = `${attribute} is ${describe(seen)}`;
    if (text !== null && include.has(text)) {
      return { ...base, member: true, by: 'include', why: `${is}, which is included` };
    }
    if (text !== null && exclude.has(text)) {
      return { ...base, member: false, by: 'exclude', why: `${is}, which is excluded` };
    }
    if (traces.length === 0) {
      return { ...base, member: false, by: 'nothing', why: `${is}, which is not included` };
    }
    const failed = traces.filter(({ held }) => !held).length;
    const why =
      failed === 0
        ? 'all its conditions hold'
        : traces.length === 1
          ? 'its condition does not hold'
          : `${failed} of its ${traces.length} conditions do not hold`;
    return { ...base, member: failed === 0, by: 'conditions', why };
  }

  #serves(condition: ServesCondition): ServesTrace {
    const served = this.#servedBy(condition.flag);
    const one = served.variant !== null && condition.value.includes(served.variant);
    return { ...condition, ...served, held: one === (condition.operator === 'serves') };
  }

  #share(condition: ShareCondition): ShareConditionTrace {
    const { attribute = 'targetingKey', value } = condition;
    const seen = look(this.#context, attributeNamed(attribute));
    const bucket = bucketSeen(seen, bucketerOf(value));
    const met = value.ranges.find(([from, to]) => bucket !== null && from <= bucket && bucket < to);
    const why =
      bucket === null
        ? `${attribute} is ${describe(seen)}, so there is no bucket`
        : `bucket ${bucket.toFixed(6)} of ${attribute} is ${met === undefined ? 'outside the share' : `within ${met.join(' to ')}`}`;
    return { ...condition, attribute, seen: seenTrace(seen), bucket, held: met !== undefined, why };
  }
}

const comparisonSentence = (comparison: Comparison, seen: Seen): string => {
  const is = `${comparison.attribute} is ${describe(seen)}`;
  const row: OperatorRow = OPERATORS[comparison.operator];
  if (row.reads === 'presence') return is;
  if (row.reads === 'elements')
    return seen === undefined || Array.isArray(seen) ? is : `${is}, which has no members`;
  if (seen === undefined || seen === null) return is;
  if (!isScalar(seen)) return `${is}, which ${comparison.operator} cannot compare`;
  const unfit = row.unfit(comparedValue(comparison), seen);
  return unfit === null ? is : `${is}, which ${unfit}`;
};
