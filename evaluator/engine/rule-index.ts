import {
  type Attribute,
  attributeNamed,
  fold,
  isScalar,
  look,
  type OwnContext,
  textOf,
} from './attribute.ts';
import { comparedValue, ignoresCase, isReference } from './condition.ts';
import type { Condition } from './model.ts';
import { OPERATORS, type OperatorRow } from './operators/index.ts';

/**
 * Many rules that each ask for certain texts of one attribute ("company equals …", "plan in …") need not be tried one by one: one
 * look-up of the attribute's text finds those that can hold. The others are tried as ever, in their turn.
 */
export interface RuleIndex {
  readonly attribute: Attribute;
  readonly ignoreCase: boolean;
  /** By text, the positions of the rules that ask for it, ascending. */
  readonly byText: ReadonlyMap<string, readonly number[]>;
  /** By position, which of a rule's conditions the look-up has decided; rules that are not in the index are not in it. */
  readonly decided: ReadonlyMap<number, Condition>;
}

/** Below that many rules, trying them is as fast. */
const FEWEST = 4;

/** What one condition asks of an attribute: to be one of these texts, and nothing else. */
interface Ask {
  readonly attribute: string;
  readonly ignoreCase: boolean;
  readonly texts: readonly string[];
}

const keyOf = ({ attribute, ignoreCase }: Ask): string => `${ignoreCase ? 'i' : 'c'} ${attribute}`;

const askOf = (condition: Condition): Ask | null => {
  if ('logical_operator' in condition) {
    if (condition.logical_operator === 'AND') return null;
    const asks = condition.clauses.map(askOf);
    const [first] = asks;
    if (first === null || first === undefined) return null;
    return asks.every((ask) => ask !== null && keyOf(ask) === keyOf(first))
      ? { ...first, texts: asks.flatMap((ask) => ask?.texts ?? []) }
      : null;
  }
  if (isReference(condition)) return null;
  const row: OperatorRow = OPERATORS[condition.operator];
  const ignoreCase = ignoresCase(condition);
  const texts = row.texts?.(comparedValue(condition), ignoreCase);
  return texts === undefined ? null : { attribute: condition.attribute, ignoreCase, texts };
};

interface Candidate {
  readonly ask: Ask;
  readonly byText: Map<string, number[]>;
  readonly decided: Map<number, Condition>;
}

/** The index that leaves the fewest rules to try, or null where none leaves fewer than half of them. */
export const indexOf = (
  rules: readonly { readonly conditions: readonly Condition[] }[],
): RuleIndex | null => {
  const candidates = new Map<string, Candidate>();
  for (const [position, { conditions }] of rules.entries()) {
    for (const condition of conditions) {
      const ask = askOf(condition);
      if (ask === null) continue;
      const candidate = candidates.get(keyOf(ask)) ?? { ask, byText: new Map(), decided: new Map() };
      candidates.set(keyOf(ask), candidate);
      // A second condition on the same attribute is left to be tried.
      if (candidate.decided.has(position)) continue;
      candidate.decided.set(position, condition);
      for (const text of new Set(ask.texts)) {
        const positions = candidate.byText.get(text);
        if (positions === undefined) candidate.byText.set(text, [position]);
        else positions.push(position);
      }
    }
  }
  const [best] = [...candidates.values()]
    .filter(({ decided }) => decided.size >= FEWEST)
    .sort((a, b) => leftToTry(a, rules.length) - leftToTry(b, rules.length));
  if (best === undefined || leftToTry(best, rules.length) > rules.length / 2) return null;
  const { ask, byText, decided } = best;
  return { attribute: attributeNamed(ask.attribute), ignoreCase: ask.ignoreCase, byText, decided };
};

/** How many rules are still to be tried for a context that has one of the texts. */
const leftToTry = ({ byText, decided }: Candidate, rules: number): number => {
  const found = [...byText.values()].reduce((sum, positions) => sum + positions.length, 0);
  return rules - decided.size + (byText.size === 0 ? 0 : found / byText.size);
};

const NONE: readonly never[] = [];

/** What is kept under the text that a context has for the index's attribute. */
export const lookUp = <T>(
  index: RuleIndex,
  byText: ReadonlyMap<string, readonly T[]>,
  context: OwnContext,
): readonly T[] => {
  const seen = look(context, index.attribute);
  if (typeof seen === 'string' && !index.ignoreCase) return byText.get(seen) ?? NONE;
  if (!isScalar(seen)) return NONE;
  const text = textOf(seen);
  return byText.get(index.ignoreCase ? fold(text) : text) ?? NONE;
};
