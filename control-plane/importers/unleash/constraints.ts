import { OPERATORS } from '@halyard/engine';
import {
  type Atom,
  allAtoms,
  anyAtom,
  inCidr,
  isFullVersion,
  isIn,
  matches,
  type Order,
  ordered,
  type TextOperator,
  textIs,
  versionEquals,
  versionOrdered,
  withMissing,
} from '../comparisons.ts';
import { type AttributeKind, type Draft, refuse } from '../draft.ts';
import { all, type Formula, NEVER, not } from '../formula.ts';
import type { Place } from '../place.ts';

const TEXTS: Readonly<Record<string, TextOperator>> = {
  STR_STARTS_WITH: 'starts_with',
  STR_ENDS_WITH: 'ends_with',
  STR_CONTAINS: 'contains',
};
const NUMBERS: Readonly<Record<string, readonly Order[]>> = {
  NUM_EQ: ['>=', '<='],
  NUM_GT: ['>'],
  NUM_GTE: ['>='],
  NUM_LT: ['<'],
  NUM_LTE: ['<='],
};
const VERSIONS: Readonly<Record<string, Order | '='>> = {
  SEMVER_EQ: '=',
  SEMVER_GT: '>',
  SEMVER_GTE: '>=',
  SEMVER_LT: '<',
  SEMVER_LTE: '<=',
};

/** What Unleash calls an attribute; the one that identifies a user is `targetingKey` here. */
export type NameOf = (contextName: string) => string;

/** The SDKs of Unleash put these into every context themselves. */
const OWN: ReadonlySet<string> = new Set(['appName', 'environment']);

export const constraintsHold = (constraints: Place, nameOf: NameOf, draft: Draft): Formula =>
  all(
    constraints
      .items('a list of constraints')
      .map((constraint) => new Constraint(constraint, nameOf, draft).holds()),
  );

class Constraint {
  readonly #place: Place;
  readonly #draft: Draft;
  readonly #operator: string;
  readonly #attribute: string;

  constructor(place: Place, nameOf: NameOf, draft: Draft) {
    this.#place = place;
    this.#draft = draft;
    this.#operator = place.get('operator').text('the name of an operator');
    const name = place.get('contextName').text('the name of a context field');
    this.#attribute = nameOf(name);
    if (OWN.has(name)) {
      draft.differs(
        place.path,
        `Unleash's SDKs put ${name} into the context themselves; here the application has to`,
      );
    }
  }

  holds(): Formula {
    const formula = this.#formula();
    return this.#place.get('inverted').flagOr(false) ? not(formula) : formula;
  }

  #formula(): Formula {
    const operator = this.#operator;
    const text = TEXTS[operator];
    const numbers = NUMBERS[operator];
    const version = VERSIONS[operator];
    if (operator === 'IN') return this.#of('text', isIn(this.#attribute, this.#values()));
    if (operator === 'NOT_IN') return not(this.#of('text', isIn(this.#attribute, this.#values())));
    if (text !== undefined) return this.#text(text);
    if (numbers !== undefined) return this.#number(numbers);
    if (version !== undefined) return this.#version(version);
    if (operator === 'REGEX') return this.#pattern();
    if (operator === 'IN_CIDR') return this.#addresses();
    if (operator === 'DATE_AFTER' || operator === 'DATE_BEFORE') {
      return refuse(this.#place.path, 'compares with the current time, which evaluation does not know here');
    }
    return refuse(
      this.#place.get('operator').path,
      `${JSON.stringify(operator)} is not an operator that Halyard knows`,
    );
  }

  /** What is missing passes none of Unleash's operators. */
  #of(kind: AttributeKind, atom: Atom): Formula {
    this.#draft.compares(this.#attribute, kind, this.#place.path);
    return withMissing(atom, false);
  }

  #values(): readonly string[] {
    return this.#place
      .get('values')
      .texts()
      .filter((value) => value !== '')
      .map((value) => value.trim());
  }

  #value(): string {
    const { value } = this.#place.get('value');
    return typeof value === 'number' ? String(value) : this.#place.get('value').text();
  }

  #text(operator: TextOperator): Formula {
    const ignoreCase = this.#place.get('caseInsensitive').flagOr(false);
    const atoms = this.#values().map((value) => textIs(this.#attribute, operator, value, ignoreCase));
    return atoms.length === 0 ? NEVER : this.#of('text', anyAtom(this.#attribute, atoms));
  }

  #number(orders: readonly Order[]): Formula {
    const value = Number(this.#value());
    if (!Number.isFinite(value)) return NEVER;
    const atoms = orders.map((order) => ordered(this.#attribute, order, value));
    return this.#of('number', allAtoms(this.#attribute, atoms));
  }

  #version(order: Order | '='): Formula {
    const version = this.#value().trim().replace(/^v/, '');
    if (!isFullVersion(version)) return NEVER;
    const atom =
      order === '='
        ? versionEquals(this.#attribute, version)
        : versionOrdered(this.#attribute, order, version);
    return this.#of('version', atom);
  }

  #pattern(): Formula {
    const pattern = this.#value();
    // Unleash's SDKs take a pattern that is none for one that matches nothing.
    if (OPERATORS.matches.problem(pattern)?.includes('RE2 pattern') === true) return NEVER;
    const ignoreCase = this.#place.get('caseInsensitive').flagOr(false);
    return this.#of('text', matches(this.#attribute, ignoreCase ? `(?i)${pattern}` : pattern));
  }

  #addresses(): Formula {
    const blocks = this.#values().filter((value) => OPERATORS.in_cidr.problem([value]) === null);
    this.#draft.note(
      this.#place.path,
      'an IPv4 address that is written as an IPv6 one counts as the IPv4 address here',
    );
    return this.#of('text', inCidr(this.#attribute, blocks));
  }
}
