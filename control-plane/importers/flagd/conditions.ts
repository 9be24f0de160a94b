import type { Scalar } from '@halyard/engine';
import { isList } from '../../flags/body/json.ts';
import {
  type Atom,
  allAtoms,
  includes,
  isFullVersion,
  isIn,
  isVersion,
  type Order,
  opposed,
  ordered,
  type TextOperator,
  textIs,
  versionEquals,
  versionOrdered,
  withMissing,
} from '../comparisons.ts';
import { type AttributeKind, type Draft, refuse } from '../draft.ts';
import { ALWAYS, all, any, type Formula, NEVER, not } from '../formula.ts';
import type { Place } from '../place.ts';
import type { Logic, Operation } from './logic.ts';

type NameOf = (variable: string) => string;

const MIRRORED: Readonly<Record<Order, Order>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
const ORDERS: ReadonlySet<string> = new Set(Object.keys(MIRRORED));
const EQUALITIES: ReadonlySet<string> = new Set(['==', '!=', '===', '!==']);
const BOOLEANS: ReadonlySet<string> = new Set([...ORDERS, ...EQUALITIES, '!', '!!', 'in']);
/** Answer null, which is neither true nor false, where the attribute is missing. */
const UNSURE: ReadonlySet<string> = new Set(['starts_with', 'ends_with', 'sem_ver']);

const isOrder = (name: string): name is Order => ORDERS.has(name);

/** What JsonLogic takes for true, of expressions that compare. */
export class Conditions {
  readonly #logic: Logic;
  readonly #nameOf: NameOf;
  readonly #draft: Draft;

  constructor(logic: Logic, nameOf: NameOf, draft: Draft) {
    this.#logic = logic;
    this.#nameOf = nameOf;
    this.#draft = draft;
  }

  /** Whether an expression answers true or false, and not some other value that counts as such. */
  isBoolean(place: Place): boolean {
    const operation = this.#logic.operation(place);
    if (operation === null) return typeof this.#logic.resolve(place).value === 'boolean';
    if (BOOLEANS.has(operation.name)) return true;
    return ['and', 'or'].includes(operation.name) && operation.operands.every((each) => this.isBoolean(each));
  }

  /**
   * The attribute without which a comparison answers nothing at all, which is the default and not false.
   * Null: an expression that is not such a comparison.
   */
  unsureWithout(place: Place): string | null {
    const operation = this.#logic.operation(place);
    if (operation === null || !UNSURE.has(operation.name)) return null;
    const [given] = operation.operands;
    return given === undefined ? refuse(place.path, 'has no operands') : this.#attribute(given);
  }

  of(place: Place): Formula {
    const operation = this.#logic.operation(place);
    if (operation === null) return this.#truth(place);
    const { name, operands } = operation;
    switch (name) {
      case 'and':
        return all(operands.map((operand) => this.of(operand)));
      case 'or':
        return any(operands.map((operand) => this.of(operand)));
      case '!':
        return not(this.of(this.#only(operation)));
      case '!!':
        return this.of(this.#only(operation));
      case 'var':
        return this.#variableIsTrue(place);
      case 'in':
        return this.#in(operation);
      case 'starts_with':
      case 'ends_with':
        return this.#text(operation, name);
      case 'sem_ver':
        return this.#version(operation);
      default:
        if (isOrder(name)) return this.#ordered(operation, name);
        if (EQUALITIES.has(name)) return this.#equality(operation, name);
        return refuse(operation.place.path, `${JSON.stringify(name)} is not a condition that Halyard knows`);
    }
  }

  #truth(place: Place): Formula {
    const { value } = this.#logic.resolve(place);
    if (isList(value)) return value.length > 0 ? ALWAYS : NEVER;
    return value === null || value === false || value === 0 || value === '' || value === undefined
      ? NEVER
      : ALWAYS;
  }

  #only({ operands, place }: Operation): Place {
    const [only, ...others] = operands;
    if (only === undefined || others.length > 0) return refuse(place.path, 'expected one operand');
    return only;
  }

  #variableIsTrue(place: Place): Formula {
    const attribute = this.#attribute(place);
    this.#draft.note(place.path, `${attribute} is read as true or false`);
    return this.#atom('boolean', isIn(attribute, [true]), place);
  }

  #attribute(place: Place): string {
    const variable = this.#logic.variable(place);
    return variable === null
      ? refuse(
          this.#logic.resolve(place).path,
          'is more than an attribute; Halyard compares attributes with values',
        )
      : this.#nameOf(variable);
  }

  #atom(kind: AttributeKind, atom: Atom, place: Place, whenMissing = false): Formula {
    this.#draft.compares(atom.attribute, kind, place.path);
    return withMissing(atom, whenMissing);
  }

  /** The attribute of two operands, the value it is compared with, and whether they stand the other way round. */
  #sides({ operands, place }: Operation): readonly [attribute: string, value: Scalar, mirrored: boolean] {
    const [left, right, ...others] = operands;
    if (left === undefined || right === undefined || others.length > 0) {
      return refuse(place.path, 'expected two operands');
    }
    const mirrored = this.#logic.variable(left) === null;
    const value = this.#logic.constant(mirrored ? left : right);
    if (value === null)
      return refuse(place.path, 'does not compare an attribute with a string, a number, true or false');
    return [this.#attribute(mirrored ? right : left), value, mirrored];
  }

  #ordered(operation: Operation, order: Order): Formula {
    const [first, middle, last, ...others] = operation.operands;
    if (first !== undefined && middle !== undefined && last !== undefined && others.length === 0) {
      const pair = (operands: readonly Place[]): Formula => this.#ordered({ ...operation, operands }, order);
      return all([pair([first, middle]), pair([middle, last])]);
    }
    const [attribute, value, mirrored] = this.#sides(operation);
    if (typeof value !== 'number') {
      return refuse(
        operation.place.path,
        'compares the order of strings; Halyard orders numbers, dates and versions',
      );
    }
    const ours = mirrored ? MIRRORED[order] : order;
    // What is missing counts as 0.
    const whenMissing = { '<': 0 < value, '<=': 0 <= value, '>': 0 > value, '>=': 0 >= value }[ours];
    return this.#atom('number', ordered(attribute, ours, value), operation.place, whenMissing);
  }

  #equality(operation: Operation, name: string): Formula {
    const negated = name.startsWith('!');
    const strict = name.length === 3;
    const [attribute, value] = this.#sides(operation);
    const kind = typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : 'boolean';
    // Loosely, what is missing is equal to 0 and to false.
    const whenMissing = !strict && (value === 0 || value === false);
    const formula = this.#atom(kind, isIn(attribute, [value]), operation.place, whenMissing);
    return negated ? not(formula) : formula;
  }

  #text(operation: Operation, name: TextOperator): Formula {
    const [attribute, value, mirrored] = this.#sides(operation);
    if (mirrored)
      return refuse(operation.place.path, 'looks for an attribute in a string that is written down');
    if (typeof value !== 'string') return NEVER;
    return this.#atom('text', textIs(attribute, name, value), operation.place);
  }

  #in(operation: Operation): Formula {
    const [item, list, ...others] = operation.operands;
    if (item === undefined || list === undefined || others.length > 0) {
      return refuse(operation.place.path, 'expected two operands');
    }
    const among = this.#logic.resolve(list);
    if (isList(among.value)) return this.#among(this.#attribute(item), among);
    const value = this.#logic.constant(item);
    if (typeof value !== 'string' || value === '' || this.#logic.variable(list) === null) {
      return refuse(
        operation.place.path,
        'does not look for an attribute in a list, or for a string in an attribute',
      );
    }
    return this.#atom('text', includes(this.#attribute(list), value), operation.place);
  }

  #among(attribute: string, list: Place): Formula {
    const values = list.items().map((item) => {
      const value = this.#logic.constant(item);
      if (value === null) return refuse(item.path, 'is not a string, a number, true or false');
      this.#draft.compares(
        attribute,
        typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : 'boolean',
        item.path,
      );
      return value;
    });
    return values.length === 0 ? NEVER : withMissing(isIn(attribute, values), false);
  }

  #version({ operands, place }: Operation): Formula {
    const [given, operator, wanted, ...others] = operands;
    if (given === undefined || operator === undefined || wanted === undefined || others.length > 0) {
      return refuse(place.path, 'expected an attribute, an operator and a version');
    }
    const attribute = this.#attribute(given);
    const text = this.#logic.constant(wanted);
    if (text === null) return refuse(wanted.path, 'is not a version that is written down');
    const version = String(text).replace(/^[vV]/, '');
    // Answers nothing then, which counts as false.
    if (!isVersion(version)) return NEVER;
    const name = this.#logic.constant(operator);
    const atom = versionAtom(attribute, String(name), version);
    if (atom === null) return refuse(operator.path, `${JSON.stringify(name)} is not an operator of sem_ver`);
    return this.#atom('version', atom, place);
  }
}

const versionAtom = (attribute: string, operator: string, version: string): Atom | null => {
  const [major = '0', minor = '0'] = (isFullVersion(version) ? version : `${version}.0`).split(/[.+-]/);
  const within = (from: string, to: string): Atom =>
    allAtoms(attribute, [versionOrdered(attribute, '>=', from), versionOrdered(attribute, '<', to)]);
  const next = (digits: string): string => String(BigInt(digits) + 1n);
  switch (operator) {
    case '=':
      return versionEquals(attribute, version);
    case '!=':
      return opposed(versionEquals(attribute, version));
    case '<':
    case '<=':
    case '>':
    case '>=':
      return versionOrdered(attribute, operator, version);
    case '^':
      return within(`${major}.0.0-0`, `${next(major)}.0.0-0`);
    case '~':
      return within(`${major}.${minor}.0-0`, `${major}.${next(minor)}.0-0`);
    default:
      return null;
  }
};
