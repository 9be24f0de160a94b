import { excessiveWork, OPERATORS, type Operator } from '@halyard/engine';
import { type Issues, nameOf, type Path } from './issues.ts';
import { isList, isObject, type JsonObject, own } from './json.ts';
import { LIMITS } from './schema-flag.ts';

/**
 * What a condition's shape does not say: the operator's value, where `ignore_case` is allowed, how deep groups nest. What the
 * schema already refused is passed over.
 *
 * @param depth of the list the condition is in: 1 for a rule's own.
 */
export function checkCondition(condition: unknown, issues: Issues, at: Path, depth: number): void {
  if (!isObject(condition)) return;
  if (own(condition, 'logical_operator') === undefined) checkComparison(condition, issues, at);
  else if (depth >= LIMITS.conditionDepth) {
    issues.add(
      at,
      `${nameOf(at)} makes the conditions ${depth + 1} deep; expected at most ${LIMITS.conditionDepth} (five groups inside one another)`,
    );
  } else {
    const clauses = own(condition, 'clauses');
    if (!isList(clauses)) return;
    clauses.forEach((clause, index) => {
      checkCondition(clause, issues, [...at, 'clauses', index], depth + 1);
    });
  }
}

function checkComparison(comparison: JsonObject, issues: Issues, at: Path): void {
  const operator = own(comparison, 'operator');
  if (!isOperator(operator)) return;
  const row = OPERATORS[operator];
  checkValue(operator, own(comparison, 'value'), issues, at);
  if (own(comparison, 'ignore_case') === true && !row.ignoreCase) {
    const path = [...at, 'ignore_case'];
    issues.add(path, `${nameOf(path)} is true; expected it on the operators ${CASELESS} only`);
  }
}

const ENOUGH = 100;

function checkValue(operator: Operator, value: unknown, issues: Issues, at: Path): void {
  const place = [...at, 'value'];
  if (OPERATORS[operator].value === 'none') {
    // Typed clients write every field of a condition: null is their way to leave one out.
    if (value !== undefined && value !== null) issues.expected(place, value, `none with ${operator}`);
    return;
  }
  // A pattern is compiled to be checked, and a refused one may have cost a millisecond: a body of thousands must not hold the server up.
  if (OPERATORS[operator].value === 'pattern' && issues.count >= ENOUGH) return;
  const problem = OPERATORS[operator].problem(value);
  if (problem === null) {
    const excess = OPERATORS[operator].value === 'pattern' ? excessiveWork(String(value)) : null;
    if (excess !== null) issues.expected(place, value, excess);
    return;
  }
  const member = /^value\[(\d+)\]/.exec(problem)?.[1];
  issues.add(member === undefined ? place : [...place, Number(member)], `${nameOf(at)}.${problem}`);
}

const isOperator = (operator: unknown): operator is Operator =>
  typeof operator === 'string' && Object.hasOwn(OPERATORS, operator);

const CASELESS = Object.entries(OPERATORS)
  .filter(([, row]) => row.ignoreCase)
  .map(([operator]) => operator)
  .join(', ');
