import { OPERATORS, type Scalar } from '@halyard/engine';
import { isList, isObject, own } from '../../flags/body/json.ts';
import {
  type Atom,
  isIn,
  matches,
  type Order,
  ordered,
  presence,
  versionEquals,
  versionOrdered,
  withMissing,
} from '../comparisons.ts';
import { type AttributeKind, type Draft, refuse } from '../draft.ts';
import { ALWAYS, all, any, type Formula, NEVER, not } from '../formula.ts';
import type { Place } from '../place.ts';
import { isOrderedAlike, padded } from './versions.ts';

type Membership = { readonly ignoreCase?: boolean };

const ORDERS: Readonly<Record<string, Order>> = { $lt: '<', $lte: '<=', $gt: '>', $gte: '>=' };
const VERSIONS: Readonly<Record<string, Order | '=' | '!='>> = {
  $veq: '=',
  $vne: '!=',
  $vlt: '<',
  $vlte: '<=',
  $vgt: '>',
  $vgte: '>=',
};

const isTrue = (difference: number, order: Order | '=' | '!='): boolean => {
  switch (order) {
    case '=':
      return difference === 0;
    case '!=':
      return difference !== 0;
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
  }
};

const kindOf = (value: Scalar): AttributeKind =>
  typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : 'boolean';

const isScalar = (value: unknown): value is Scalar => ['string', 'number', 'boolean'].includes(typeof value);

/** GrowthBook's conditions, in which what is missing is null as JavaScript compares it. */
export class Conditions {
  readonly #savedGroups: Place;
  readonly #nameOf: (attribute: string) => string;
  readonly #draft: Draft;

  constructor(savedGroups: Place, nameOf: (attribute: string) => string, draft: Draft) {
    this.#savedGroups = savedGroups;
    this.#nameOf = nameOf;
    this.#draft = draft;
  }

  of(condition: Place, groups: readonly string[] = []): Formula {
    return all(
      condition.entries('an object of conditions').map(([name, member]) => {
        switch (name) {
          case '$or':
            return this.#anyOf(member, groups);
          case '$nor':
            return not(this.#anyOf(member, groups));
          case '$and':
            return all(member.items('a list of conditions').map((each) => this.of(each, groups)));
          case '$not':
            return not(this.of(member, groups));
          case '$savedGroup':
            return this.#savedGroup(member, groups);
          default:
            if (name.startsWith('$')) return refuse(member.path, `${name} is not supported`);
            return this.#compared(this.#nameOf(name), member);
        }
      }),
    );
  }

  #anyOf(conditions: Place, groups: readonly string[]): Formula {
    const list = conditions.items('a list of conditions');
    return list.length === 0 ? ALWAYS : any(list.map((each) => this.of(each, groups)));
  }

  #savedGroup(reference: Place, groups: readonly string[]): Formula {
    const id = reference.get('id').text('the id of a saved group');
    const group = this.#savedGroups.get(id);
    if (group.missing)
      return refuse(reference.path, `the saved group ${JSON.stringify(id)} is not in the document`);
    if (groups.includes(id))
      return refuse(reference.path, `the saved group ${JSON.stringify(id)} leads back to itself`);
    if (group.get('type').value === 'condition') return this.of(group.get('condition'), [...groups, id]);
    const attribute = reference.get('attributeKey').textOr(null) ?? group.get('attributeKey').textOr(null);
    if (attribute === null) return refuse(reference.path, 'does not say which attribute it is about');
    return this.#in(this.#nameOf(attribute), group.get('values'), {});
  }

  /** One attribute with a value, or with operators that must all hold. */
  #compared(attribute: string, wanted: Place): Formula {
    const { value } = wanted;
    if (value === null) return not(presence(attribute));
    if (isScalar(value)) {
      // `null + ""` is "null", and `null * 1` is 0.
      const whenMissing = value === 'null' || value === 0;
      return this.#atom(kindOf(value), isIn(attribute, [value]), wanted, whenMissing);
    }
    const operators = isObject(value) ? wanted.entries() : [];
    if (operators.length === 0 || operators.some(([name]) => !name.startsWith('$'))) {
      return refuse(wanted.path, 'is compared whole with an object or a list');
    }
    return all(operators.map(([name, operand]) => this.#operator(attribute, name, operand)));
  }

  #atom(kind: AttributeKind, atom: Atom, place: Place, whenMissing: boolean): Formula {
    this.#draft.compares(atom.attribute, kind, place.path);
    return withMissing(atom, whenMissing);
  }

  #operator(attribute: string, name: string, operand: Place): Formula {
    const order = own(ORDERS, name);
    const version = own(VERSIONS, name);
    if (order !== undefined) return this.#ordered(attribute, ORDERS[name] ?? '<', operand);
    if (version !== undefined) return this.#version(attribute, VERSIONS[name] ?? '=', operand);
    switch (name) {
      case '$eq':
        return this.#equal(attribute, operand);
      case '$ne':
        return not(this.#equal(attribute, operand));
      case '$in':
        return this.#in(attribute, operand, {});
      case '$nin':
        return isList(operand.value) ? not(this.#in(attribute, operand, {})) : NEVER;
      case '$ini':
        return this.#in(attribute, operand, { ignoreCase: true });
      case '$nini':
        return isList(operand.value) ? not(this.#in(attribute, operand, { ignoreCase: true })) : NEVER;
      case '$inGroup':
        return this.#in(attribute, this.#valuesOfGroup(operand), {});
      case '$notInGroup':
        return not(this.#in(attribute, this.#valuesOfGroup(operand), {}));
      case '$exists':
        return operand.value ? presence(attribute) : not(presence(attribute));
      case '$not':
        return not(this.#compared(attribute, operand));
      case '$regex':
        return this.#pattern(attribute, operand, '');
      case '$regexi':
        return this.#pattern(attribute, operand, 'i');
      default:
        return refuse(operand.path, `${name} is not an operator that Halyard knows`);
    }
  }

  #valuesOfGroup(id: Place): Place {
    const group = this.#savedGroups.get(id.text('the id of a saved group'));
    if (group.missing)
      return refuse(id.path, `the saved group ${JSON.stringify(id.value)} is not in the document`);
    return isList(group.value) ? group : group.get('values');
  }

  #equal(attribute: string, operand: Place): Formula {
    const { value } = operand;
    if (value === null) return not(presence(attribute));
    if (!isScalar(value)) return refuse(operand.path, 'is compared whole with an object or a list');
    return this.#atom(kindOf(value), isIn(attribute, [value]), operand, false);
  }

  /** A list attribute by any of its elements. */
  #in(attribute: string, list: Place, { ignoreCase = false }: Membership): Formula {
    if (!isList(list.value)) return NEVER;
    const scalars: Scalar[] = [];
    let whenMissing = false;
    for (const item of list.items()) {
      if (item.value === null) whenMissing = true;
      else if (isScalar(item.value)) {
        this.#draft.compares(attribute, kindOf(item.value), item.path);
        scalars.push(item.value);
      } else refuse(item.path, 'is compared whole with an object or a list');
    }
    if (scalars.length === 0) return whenMissing ? not(presence(attribute)) : NEVER;
    const elements = attribute !== 'targetingKey';
    return withMissing(isIn(attribute, scalars, { ignoreCase, elements }), whenMissing);
  }

  #ordered(attribute: string, order: Order, operand: Place): Formula {
    const { value } = operand;
    if (typeof value !== 'number') {
      return refuse(
        operand.path,
        'compares the order of strings; Halyard orders numbers, dates and versions',
      );
    }
    return this.#atom('number', ordered(attribute, order, value), operand, isTrue(0 - value, order));
  }

  #version(attribute: string, order: Order | '=' | '!=', operand: Place): Formula {
    const { value } = operand;
    if (typeof value !== 'string' || !isOrderedAlike(value)) {
      return refuse(
        operand.path,
        'is not a version of three numbers, which alone GrowthBook and Halyard order alike',
      );
    }
    const [nothing, wanted] = [padded('0'), padded(value)];
    const difference = nothing < wanted ? -1 : nothing > wanted ? 1 : 0;
    const version = value.replace(/^v/, '');
    if (order === '!=') {
      return not(this.#atom('version', versionEquals(attribute, version), operand, difference === 0));
    }
    const atom =
      order === '=' ? versionEquals(attribute, version) : versionOrdered(attribute, order, version);
    return this.#atom('version', atom, operand, isTrue(difference, order));
  }

  #pattern(attribute: string, operand: Place, mode: 'i' | ''): Formula {
    const source = operand.text('a regular expression');
    let onNull: boolean;
    try {
      // As it is asked of an attribute that is missing: of the string "null".
      onNull = new RegExp(source, mode).test('null');
    } catch {
      return NEVER;
    }
    const pattern = mode === 'i' ? `(?i)${source}` : source;
    const problem = OPERATORS.matches.problem(pattern);
    if (problem !== null) return refuse(operand.path, `as an RE2 pattern, ${problem}`);
    return this.#atom('text', matches(attribute, pattern), operand, onNull);
  }
}
