import type { Scalar } from '@halyard/engine';
import { isList, isObject, own } from '../../flags/body/json.ts';
import { refuse } from '../draft.ts';
import type { Place } from '../place.ts';

/** One operation of JsonLogic: an object with one name, and its operands as a list. */
export interface Operation {
  readonly name: string;
  readonly operands: readonly Place[];
  readonly place: Place;
}

/** Reads JsonLogic with its `$ref`s, as flagd puts `$evaluators` in their place. */
export class Logic {
  readonly #evaluators: Place;

  constructor(evaluators: Place) {
    this.#evaluators = evaluators;
  }

  /** Null: a value, not an operation. */
  operation(place: Place): Operation | null {
    const resolved = this.resolve(place);
    if (!isObject(resolved.value)) return null;
    const [entry, ...others] = Object.entries(resolved.value);
    if (entry === undefined || others.length > 0) {
      return refuse(resolved.path, 'is not an operation of JsonLogic; expected an object with one name');
    }
    const [name, operand] = entry;
    const inside = resolved.get(name);
    return { name, operands: isList(operand) ? inside.items() : [inside], place: resolved };
  }

  /** Follows references. */
  resolve(place: Place, seen: readonly string[] = []): Place {
    const reference = own(place.value, '$ref');
    if (reference === undefined) return place;
    const name =
      typeof reference === 'string' ? reference : place.get('$ref').expected('the name of an evaluator');
    const evaluator = this.#evaluators.get(name);
    if (evaluator.missing)
      return refuse(place.path, `the evaluator ${JSON.stringify(name)} is not in $evaluators`);
    if (seen.includes(name))
      return refuse(place.path, `the evaluator ${JSON.stringify(name)} leads back to itself`);
    return this.resolve(evaluator, [...seen, name]);
  }

  /** The name of the attribute that a `var` reads; null: it is something else. */
  variable(place: Place): string | null {
    const operation = this.operation(place);
    if (operation === null || operation.name !== 'var') return null;
    const [name, ...others] = operation.operands;
    const { path } = operation.place;
    if (others.length > 0)
      return refuse(path, 'has a value for what is missing, which attributes do not have here');
    const text = typeof name?.value === 'number' ? String(name.value) : name?.value;
    if (typeof text !== 'string' || text === '') return refuse(path, 'does not name one attribute');
    if (text === '$flagd.timestamp')
      return refuse(path, 'asks for the time, which evaluation does not know here');
    if (text.startsWith('$flagd.') || text.startsWith('../')) {
      return refuse(path, `${JSON.stringify(text)} is not an attribute of the context`);
    }
    return text;
  }

  /** A value that is written down. */
  constant(place: Place): Scalar | null {
    const { value } = this.resolve(place);
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? value
      : null;
  }
}
