import { compile, type Rule } from '@halyard/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FlagDefinition, StoredFlag } from '../../model/flag.ts';
import { Problem } from '../../model/problem.ts';
import { ImportReader } from '../body/import-reader.ts';
import { parseExplain, parsePatch, parseRestore, parseSplitWeights } from '../body/parse-body.ts';
import { parseChanges } from '../body/parse-changes.ts';
import { parseFlag, parseNewFlag } from '../body/parse-flag.ts';
import { diffFlags, sameFlag } from '../diff/diff.ts';
import { applyDiff } from '../diff/diff-apply.ts';
import { flagDefinition, twoStates } from '../testing/arbitrary.ts';
import { exportLine, flagView } from '../view.ts';
import { changeFlags } from './change-flags.ts';
import { importFlags } from './import-flags.ts';
import { patchFlag } from './patch-flag.ts';
import { patchRule } from './patch-rule.ts';
import { reweightSplit } from './reweight-split.ts';
import type { AppWrite } from './write.ts';
import { createFlag, replaceFlag } from './write-flag.ts';

const defaults = { account: 'default', clientSide: true };
const importing = { ...defaults, mode: 'replace', allowEmpty: false, flagshipAccount: null } as const;

const storedAs = (definition: FlagDefinition): StoredFlag => ({
  definition,
  type: 'boolean',
  version: 1,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
  updated_by: 'Ada',
});

const lineOf = (body: unknown): string => {
  try {
    return JSON.stringify(body) ?? '';
  } catch {
    return 'no JSON';
  }
};

/** Every way a body becomes a decision. */
const ways: Readonly<Record<string, (body: unknown) => AppWrite | null>> = {
  create: (body) => createFlag(parseNewFlag(body), defaults),
  replace: (body) => replaceFlag('flag', parseFlag(body), null),
  patch: (body) => patchFlag('flag', parsePatch(body), null),
  'patch of a rule': (body) => patchRule('flag', 1, parsePatch(body), 1),
  reweighting: (body) => reweightSplit('flag', 1, parseSplitWeights(body), 1),
  batch: (body) => changeFlags(parseChanges(body), defaults),
  'batch of one put': (body) =>
    changeFlags(parseChanges({ changes: [{ op: 'put', key: 'flag', flag: body }] }), defaults),
  import: (body) => {
    const reader = new ImportReader();
    reader.add(1, lineOf(body));
    return importFlags(reader.finish(), importing);
  },
  explain: (body) => {
    parseExplain(body);
    return null;
  },
  restore: (body) => {
    parseRestore(body);
    return null;
  },
};

const decided = (
  way: string,
  body: unknown,
  current: ReadonlyMap<string, StoredFlag>,
): readonly FlagDefinition[] => {
  try {
    const changes = ways[way]?.(body)?.decide(current, new Map(), new Map()).changes ?? [];
    return changes.flatMap((change) =>
      change.kind === 'segment' || change.event === 'delete' ? [] : [change.after],
    );
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    for (const { pointer = '' } of error.issues) expect(pointer).toMatch(/^(?:\/(?:[^~/]|~[01])*)*$/);
    return [];
  }
};

const parsable = (definition: FlagDefinition): void => {
  const text: unknown = JSON.parse(JSON.stringify(definition));
  const flag = compile(text, 'default');
  expect([flag.type === null, flag.evaluate({}).kind === 'failed', JSON.stringify(definition)]).toEqual([
    false,
    false,
    JSON.stringify(definition),
  ]);
};

/** Making a flag costs more than deciding about one; these need not differ in every run. */
const storedFlags = fc.sample(flagDefinition, 100);

const way = fc.constantFrom(...Object.keys(ways));

/** A valid flag with one thing in it, anywhere, replaced or removed. */
const damaged = fc
  .tuple(flagDefinition, fc.nat(), fc.oneof(fc.anything(), fc.jsonValue(), fc.constant(undefined)))
  .map(([flag, place, value]) => {
    const body: unknown = JSON.parse(JSON.stringify(flag));
    const spots: { holder: object; name: string }[] = [];
    const walk = (holder: unknown): void => {
      if (typeof holder !== 'object' || holder === null) return;
      for (const [name, member] of Object.entries(holder)) {
        spots.push({ holder, name });
        walk(member);
      }
    };
    walk(body);
    const spot = spots[place % spots.length];
    if (spot !== undefined)
      Reflect.defineProperty(spot.holder, spot.name, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    return body;
  });

/** A valid flag's JSON text with some characters changed. */
const corrupted = fc
  .tuple(
    flagDefinition,
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(...'{}[]",:0-9.e\\u0tfn ')), { minLength: 1, maxLength: 3 }),
  )
  .map(([flag, edits]) => {
    let text = JSON.stringify(flag);
    for (const [at, unit] of edits) {
      const place = at % text.length;
      text = text.slice(0, place) + unit + text.slice(place + 1);
    }
    try {
      const body: unknown = JSON.parse(text);
      return body;
    } catch {
      return text;
    }
  });

const anyBody = fc.oneof(
  { weight: 4, arbitrary: damaged },
  { weight: 4, arbitrary: corrupted },
  {
    weight: 1,
    arbitrary: fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true }),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
);

describe('whatever the body', () => {
  it('it is refused by a Problem or decided into flags that the engine understands', {
    timeout: 120_000,
  }, () => {
    fc.assert(
      fc.property(way, anyBody, fc.constantFrom(...storedFlags), (name, body, stored) => {
        decided(name, body, new Map([['flag', storedAs(stored)]])).forEach(parsable);
      }),
      { numRuns: 10_000 },
    );
  });

  it('that holds itself, it is refused', () => {
    const body: Record<string, unknown> = {};
    body['variations'] = body;
    for (const name of Object.keys(ways).filter((each) => each !== 'import')) {
      expect(decided(name, body, new Map([['flag', storedAs(sample)]]))).toEqual([]);
    }
  });
});

const sample: FlagDefinition = {
  key: 'flag',
  enabled: true,
  variations: { on: true },
  default_variation: 'on',
  rules: [],
  bucketing: { hash: 'murmur3', salt: 'default/flag' },
};

const byPriority = (flag: FlagDefinition): FlagDefinition => ({
  ...flag,
  rules: [...flag.rules].sort((a, b) => a.priority - b.priority),
});

/** What a flag is once it was created. */
const created = (flag: FlagDefinition): FlagDefinition => {
  const [change] = createFlag(parseNewFlag(flag), defaults).decide(new Map()).changes;
  if (change?.event !== 'create') throw new Error('it was not created');
  return change.after;
};

describe('for every flag', () => {
  it('creating it stores what was said, by priority', () => {
    fc.assert(
      fc.property(flagDefinition, (flag) => {
        const stored = created(flag);
        parsable(stored);
        const { client_side = true } = flag;
        const rules = byPriority(flag).rules.map((rule, place): Rule => {
          const id = stored.rules[place]?.id ?? '';
          return rule.split === undefined
            ? { ...rule, id }
            : { ...rule, id, serve_variation: stored.rules[place]?.serve_variation ?? '' };
        });
        expect(diffFlags({ ...flag, client_side, rules }, stored)).toEqual({});
      }),
      { numRuns: 500 },
    );
  });

  it('a PUT of what GET answers changes nothing, nor does an empty patch or an import of its export', () => {
    fc.assert(
      fc.property(flagDefinition, (flag) => {
        const stored = storedAs(created(flag));
        const current = new Map([['flag', stored]]);
        const answer: unknown = JSON.parse(JSON.stringify(flagView(stored)));
        expect(replaceFlag('flag', parseFlag(answer), 1).decide(current).changes).toEqual([]);
        expect(patchFlag('flag', parsePatch({}), 1).decide(current).changes).toEqual([]);
        const reader = new ImportReader();
        reader.add(1, exportLine({ kind: 'flag', ...stored }));
        expect(importFlags(reader.finish(), importing).decide(current, new Map()).changes).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('the diff of a replacement leads from one answer to the next', () => {
    fc.assert(
      fc.property(twoStates, ([before, body]) => {
        const stored = storedAs(created(before));
        const [after] = decided('replace', body, new Map([['flag', stored]]));
        if (after === undefined) return;
        const diff = diffFlags(stored.definition, after);
        const reached = applyDiff(stored.definition, diff);
        expect(reached !== null && sameFlag(reached, after)).toBe(true);
        expect(Object.keys(diff)).not.toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('a client that knows no extensions loses none of them', () => {
    fc.assert(
      fc.property(flagDefinition, (flag) => {
        const stored = storedAs(created(flag));
        const known = JSON.parse(
          JSON.stringify({
            ...stored.definition,
            off_variation: undefined,
            tags: undefined,
            client_side: undefined,
            bucketing: undefined,
            rules: JSON.parse(JSON.stringify(stored.definition.rules), (name, value) =>
              name === 'split' || name === 'ignore_case' ? undefined : value,
            ),
          }),
        );
        expect(replaceFlag('flag', parseFlag(known), 1).decide(new Map([['flag', stored]])).changes).toEqual(
          [],
        );
      }),
      { numRuns: 500 },
    );
  });
});
