import { describe, expect, it } from 'vitest';
import type { ChangelogEntry } from '../../model/changelog.ts';
import type { FlagDefinition } from '../../model/flag.ts';
import { parsePatch } from '../body/parse-body.ts';
import { parseFlag, parseNewFlag } from '../body/parse-flag.ts';
import {
  answer,
  changesOf,
  current,
  defaults,
  definition,
  none,
  refusal,
  resultOf,
  without,
} from '../testing/fixture.ts';
import { patchFlag } from './patch-flag.ts';
import { patchRule } from './patch-rule.ts';
import type { Before, Write } from './write.ts';
import { createFlag, deleteFlag, replaceFlag, restoreFlag } from './write-flag.ts';

describe('creating', () => {
  const body = { key: 'fresh', enabled: false, variations: { a: 'x' }, default_variation: 'a', rules: [] };

  it('gives a flag its own buckets and the client side of its app', () => {
    expect(changesOf(createFlag(parseNewFlag(body), { account: 'acme', clientSide: false }), none)).toEqual([
      {
        event: 'create',
        key: 'fresh',
        after: { ...body, client_side: false, bucketing: { hash: 'murmur3', salt: 'acme/fresh' } },
      },
    ]);
  });

  it('takes the buckets and the client side of the request', () => {
    const bucketing = { hash: 'flagship', salt: 'cf:fresh' };
    const [change] = changesOf(
      createFlag(parseNewFlag({ ...body, bucketing, client_side: true }), {
        account: 'acme',
        clientSide: false,
      }),
      none,
    );
    expect(change).toMatchObject({ after: { bucketing, client_side: true } });
  });

  it('refuses a key that exists', () => {
    expect(
      refusal(() => changesOf(createFlag(parseNewFlag({ ...body, key: 'checkout' }), defaults))),
    ).toEqual({
      kind: 'conflict',
      issues: [
        { pointer: '/key', message: 'There is a flag "checkout" in this app already; expected another key' },
      ],
    });
  });
});

describe('replacing', () => {
  const put = (body: unknown, ifMatch: number | null = null) =>
    replaceFlag('checkout', parseFlag(body), ifMatch);

  it('by what a GET answered changes nothing', () => {
    expect(changesOf(put(answer))).toEqual([]);
  });

  it('drops an omitted description and metadata and keeps omitted extensions and the buckets', () => {
    const body = without(
      answer,
      'description',
      'metadata',
      'off_variation',
      'tags',
      'client_side',
      'bucketing',
      'key',
    );
    const { description: _, metadata: __, ...kept } = definition;
    expect(resultOf(put(body))).toEqual(kept);
  });

  it('drops extensions that are null, and stores the null that leaves off to the caller', () => {
    const body = { ...answer, off_variation: null, tags: null, client_side: null };
    const { tags: __, client_side: ___, ...kept } = definition;
    expect(resultOf(put(body))).toEqual({ ...kept, off_variation: null });
  });

  it('ignores another key, other buckets, the type, the version and the dates', () => {
    const body = {
      ...answer,
      key: 'other',
      bucketing: { hash: 'flagship', salt: 'x' },
      type: 'json',
      version: 1,
      created_at: 'x',
      updated_at: 'y',
      updated_by: 'z',
    };
    expect(changesOf(put(body))).toEqual([]);
  });

  it('keeps split and ignore_case of rules that come back without them', () => {
    const flagship = definition.rules.map((rule) => ({
      priority: rule.priority,
      conditions: JSON.parse(JSON.stringify(rule.conditions), (name, value) =>
        name === 'ignore_case' ? undefined : value,
      ),
      serve_variation: rule.serve_variation,
      ...(rule.rollout === undefined ? {} : { rollout: rule.rollout }),
    }));
    expect(changesOf(put({ ...answer, rules: flagship }))).toEqual([]);
    expect(resultOf(put({ ...answer, enabled: false, rules: flagship }))).toEqual({
      ...definition,
      enabled: false,
    });
  });

  it('drops them from a rule that comes back changed', () => {
    const [first, second] = definition.rules;
    const changed = [
      { ...first, conditions: [{ attribute: 'plan', operator: 'in', value: ['pro', 'team'] }] },
      { priority: 2, conditions: second?.conditions, serve_variation: 'off' },
    ];
    expect(resultOf(put({ ...answer, rules: changed }))?.rules).toEqual([
      changed[0],
      { ...changed[1], id: 'r_second' },
    ]);
  });

  it('lets ignore_case be switched off by saying so', () => {
    const [first, second] = definition.rules;
    const conditions = [{ attribute: 'plan', operator: 'in', value: ['pro'], ignore_case: false }];
    expect(
      resultOf(put({ ...answer, rules: [{ ...first, conditions }, second] }))?.rules[0]?.conditions,
    ).toEqual(conditions);
  });

  it('refuses variations without the off variation that stays', () => {
    const body = {
      ...without(answer, 'off_variation'),
      variations: { on: true, never: false },
      default_variation: 'on',
      rules: [],
    };
    expect(refusal(() => changesOf(put(body)))).toEqual({
      kind: 'invalid',
      issues: [
        {
          pointer: '/off_variation',
          message:
            'off_variation is missing and stays "off", which is no longer in variations; expected a name in variations, or null for the caller\'s own default',
        },
      ],
    });
  });

  it('refuses variations without one that a kept split serves', () => {
    const [, second] = definition.rules;
    const rules = [{ priority: 2, conditions: second?.conditions, serve_variation: 'on' }];
    const body = { ...answer, variations: { on: true }, default_variation: 'on', off_variation: null, rules };
    expect(refusal(() => changesOf(put(body)))).toEqual({
      kind: 'invalid',
      issues: [
        {
          pointer: '/rules/0/split/allocations/1/variation',
          message: 'rules[0].split.allocations[1].variation is "off"; expected a name in variations',
        },
      ],
    });
  });

  it.each<readonly [string, () => Write]>([
    ['replacing', () => put(answer, 6)],
    ['deleting', () => deleteFlag('checkout', 6)],
    ['patching', () => patchFlag('checkout', parsePatch({}), 6)],
    ['patching a rule', () => patchRule('checkout', 1, parsePatch({}), 6)],
  ])('refuses another version when %s', (_, write) => {
    expect(refusal(() => changesOf(write()))).toEqual({
      kind: 'precondition',
      issues: [{ message: 'The flag "checkout" is at version 7; If-Match names 6', version: 7 }],
    });
  });

  it.each<readonly [string, () => Write]>([
    ['replacing', () => put(answer, 6)],
    ['deleting', () => deleteFlag('checkout', null)],
    ['patching', () => patchFlag('checkout', parsePatch({}), null)],
    ['patching a rule', () => patchRule('checkout', 1, parsePatch({}), 6)],
  ])('does not find a missing flag when %s', (_, write) => {
    expect(refusal(() => changesOf(write(), none))).toEqual({
      kind: 'not_found',
      issues: [{ message: 'There is no flag "checkout" in this app' }],
    });
  });
});

describe('restoring', () => {
  const entry = (flag: FlagDefinition): ChangelogEntry => ({
    id: 'e1',
    flag_key: 'checkout',
    event: 'update',
    after: flag,
    version: 3,
    app_version: 12,
    at: '2026-01-01T00:00:00.000Z',
    actor: { name: 'Ada', token_id: 't' },
    comment: null,
    hash: '00',
  });

  it('writes an earlier state again and keeps the buckets', () => {
    const old = { ...definition, enabled: false, bucketing: { hash: 'flagship', salt: 'x' } } as const;
    expect(resultOf(restoreFlag('checkout', entry(old), 7))).toEqual({ ...definition, enabled: false });
  });

  it('brings a deleted flag back with its buckets', () => {
    expect(changesOf(restoreFlag('checkout', entry(definition), null), none)).toEqual([
      { event: 'create', key: 'checkout', after: definition },
    ]);
  });

  it('changes nothing where nothing differs', () => {
    expect(changesOf(restoreFlag('checkout', entry(definition), null))).toEqual([]);
  });

  it('does not take an entry of another flag', () => {
    expect(refusal(() => changesOf(restoreFlag('other', entry(definition), null), none))).toEqual({
      kind: 'not_found',
      issues: [{ pointer: '/changelog_id', message: 'The changelog of "other" has no entry "e1"' }],
    });
  });
});

it('a write answers with the flags it found', () => {
  const { answer: found } = deleteFlag('checkout', null).decide(current) as { answer: Before };
  expect(found.before).toBe(current);
});
