import { isList, isObject, own } from '../../flags/body/json.ts';
import type { Draft } from '../draft.ts';
import { Place } from '../place.ts';
import type { Translate } from '../translation.ts';
import { Translator, type UncheckedBody } from '../translator.ts';

const SHAPE =
  'flags of Cloudflare Flagship: a list, {flags}, or an answer of its API ({result}), as `wrangler flagship flags list --json` prints them';

/** Cloudflare Flagship's flags, which are Halyard's but for what old accounts still hold. */
export const translateFlagship: Translate = (document, { flagshipAccount, targetingKey }) => {
  const translator = new Translator('flagship');
  for (const flag of flagsOf(new Place(document))) {
    if (!isObject(flag.get('variations').value)) flag.expected(`a flag with variations: ${SHAPE}`);
    const key = flag.get('key').text('the key of a flag');
    translator.flag(key, flag.path, (draft) => bodyOf(key, flag, draft, flagshipAccount, targetingKey));
  }
  return translator.finish();
};

const flagsOf = (document: Place): readonly Place[] => {
  const inside = [document.get('result'), document.get('flags')].find(({ missing }) => !missing) ?? document;
  if (isList(inside.value)) return inside.items();
  if (inside === document && document.get('key').missing) document.expected(SHAPE);
  return document.get('key').missing ? inside.entries(SHAPE).map(([, flag]) => flag) : [document];
};

const FIELDS = ['description', 'enabled', 'variations', 'default_variation'] as const;

const bodyOf = (
  key: string,
  flag: Place,
  draft: Draft,
  account: string | undefined,
  targetingKey: string | undefined,
): UncheckedBody => {
  const rules = new Rules(draft, targetingKey).of(flag.get('rules'));
  const shares = rules.some((rule) => {
    const percentage = own(own(rule, 'rollout'), 'percentage');
    return typeof percentage === 'number' && percentage > 0 && percentage < 100;
  });
  if (shares && account === undefined) {
    draft.differs(
      flag.path,
      'has a partial rollout and would get other buckets; give flagship_account to keep those of Flagship',
    );
  }
  return {
    ...Object.fromEntries(FIELDS.map((name) => [name, flag.get(name).value])),
    metadata: Object.fromEntries(
      flag
        .get('metadata')
        .entries()
        .map(([name, { value }]) => [name, value]),
    ),
    rules,
    bucketing: account === undefined ? undefined : { hash: 'flagship', salt: `${account}:${key}` },
  };
};

const ORDERS: ReadonlySet<unknown> = new Set([
  'greater_than',
  'less_than',
  'greater_than_or_equals',
  'less_than_or_equals',
]);
/** A date that Flagship does not take for one. */
const ZONELESS = /^\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?$/;

class Rules {
  readonly #draft: Draft;
  readonly #targetingKey: string | undefined;

  constructor(draft: Draft, targetingKey: string | undefined) {
    this.#draft = draft;
    this.#targetingKey = targetingKey;
  }

  /** By priority, as far as the first that is for everybody. */
  of(rules: Place): readonly object[] {
    const kept: object[] = [];
    let closed = false;
    const inOrder = rules
      .items('a list of rules')
      .toSorted((a, b) => a.get('priority').number() - b.get('priority').number());
    for (const rule of inOrder) {
      if (closed) {
        this.#draft.note(rule.path, 'comes after a rule for everybody, can never be reached and is left out');
        continue;
      }
      const conditions = this.#conditions(rule.get('conditions'));
      const rollout = rule.get('rollout');
      const attribute = rollout.get('attribute').textOr(undefined);
      kept.push({
        priority: rule.get('priority').value,
        conditions,
        serve_variation: rule.get('serve_variation').value,
        ...(rollout.missing
          ? {}
          : {
              rollout: {
                percentage: rollout.get('percentage').value,
                ...(attribute === undefined ? {} : { attribute: this.#named(attribute) }),
              },
            }),
      });
      const everybody = rollout.missing || rollout.get('percentage').value === 100;
      closed = conditions.length === 0 && everybody;
    }
    return kept;
  }

  #named(attribute: string): string {
    return attribute === this.#targetingKey ? 'targetingKey' : attribute;
  }

  /** Without the groups that have nothing in them. */
  #conditions(conditions: Place): readonly object[] {
    return conditions.items('a list of conditions').flatMap((condition) => {
      const operator = condition.get('logical_operator');
      if (operator.missing) return [this.#comparison(condition)];
      const clauses = this.#conditions(condition.get('clauses'));
      if (clauses.length > 0) return [{ logical_operator: operator.value, clauses }];
      this.#draft.note(condition.path, 'is an empty group and is left out');
      return [];
    });
  }

  #comparison(condition: Place): object {
    const attribute = condition.get('attribute').text('the name of an attribute');
    if (attribute.split('.').length > 5) {
      this.#draft.differs(
        condition.path,
        'a path of more than five parts finds a value here, and never at Flagship',
      );
    }
    const value = condition.get('value');
    if (
      ORDERS.has(condition.get('operator').value) &&
      typeof value.value === 'string' &&
      ZONELESS.test(value.value)
    ) {
      this.#draft.differs(
        condition.path,
        'a date without a time zone is compared as a date here, and as a string at Flagship',
      );
    }
    return {
      attribute: this.#named(attribute),
      operator: condition.get('operator').value,
      ...(value.missing ? {} : { value: value.value }),
    };
  }
}
