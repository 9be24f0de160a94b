import { isList, isObject, own } from '../../flags/body/json.ts';
import { refuse } from '../draft.ts';
import type { Place } from '../place.ts';

/**
 * Whether a condition on another feature holds for a value that is known: as GrowthBook's SDKs ask it, with JavaScript's own
 * comparisons, so that a feature of any type may be asked anything.
 */
export const holdsFor = (condition: Place, known: unknown): boolean =>
  condition.entries('an object of conditions').every(([name, member]) => {
    const members = () => member.items('a list of conditions');
    switch (name) {
      case '$or':
        return members().length === 0 || members().some((each) => holdsFor(each, known));
      case '$nor':
        return members().length > 0 && !members().some((each) => holdsFor(each, known));
      case '$and':
        return members().every((each) => holdsFor(each, known));
      case '$not':
        return !holdsFor(member, known);
      default:
        return name.startsWith('$')
          ? refuse(member.path, `${name} is not supported`)
          : isMet(member, at(known, name));
    }
  });

/** The value at a dotted path; null where there is none. */
const at = (known: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, part) => own(value, part) ?? null, known);

const isMet = (wanted: Place, value: unknown): boolean => {
  const { value: condition } = wanted;
  if (typeof condition === 'string') return `${value}` === condition;
  if (typeof condition === 'number') return Number(value) === condition;
  if (typeof condition === 'boolean') return value !== null && Boolean(value) === condition;
  if (condition === null) return value === null;
  const operators = isObject(condition) ? wanted.entries() : [];
  if (operators.length === 0 || operators.some(([name]) => !name.startsWith('$'))) {
    return JSON.stringify(value) === JSON.stringify(condition);
  }
  return operators.every(([name, operand]) => operatorHolds(name, operand, value));
};

const operatorHolds = (name: string, operand: Place, value: unknown): boolean => {
  const wanted = operand.value;
  switch (name) {
    case '$eq':
      return value === wanted;
    case '$ne':
      return value !== wanted;
    case '$in':
      return isList(wanted) && isAmong(value, wanted);
    case '$nin':
      return isList(wanted) && !isAmong(value, wanted);
    case '$exists':
      return Boolean(wanted) === (value !== null);
    case '$not':
      return !isMet(operand, value);
    default:
      return refuse(operand.path, `${name} is not supported in a condition on another feature`);
  }
};

const isAmong = (value: unknown, wanted: readonly unknown[]): boolean =>
  isList(value) ? value.some((element) => wanted.includes(element)) : wanted.includes(value);
