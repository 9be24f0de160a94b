import { describe, expect, it } from 'vitest';
import type { Issue } from '../../model/problem.ts';
import { parseChanges } from '../body/parse-changes.ts';
import { answer, changesOf, current, defaults, definition, refusal, storedAs } from '../testing/fixture.ts';
import { changeFlags } from './change-flags.ts';

describe('a batch', () => {
  const batch = (...changes: unknown[]) => changeFlags(parseChanges({ changes }), defaults);
  const fresh = { enabled: true, variations: { a: 1 }, default_variation: 'a', rules: [] };

  it('creates, replaces, patches and deletes in one decision', () => {
    const flags = new Map([
      ...current,
      ['gone', storedAs({ ...definition, key: 'gone' })],
      ['same', storedAs({ ...definition, key: 'same' })],
    ]);
    const write = batch(
      { op: 'put', key: 'fresh', flag: fresh },
      { op: 'patch', key: 'checkout', flag: { enabled: false }, version: 7 },
      { op: 'delete', key: 'gone' },
      { op: 'put', key: 'same', flag: answer },
    );
    expect(write.keys).toEqual(['fresh', 'checkout', 'gone', 'same']);
    expect(changesOf(write, flags)).toEqual([
      {
        event: 'create',
        key: 'fresh',
        after: {
          key: 'fresh',
          ...fresh,
          client_side: true,
          bucketing: { hash: 'murmur3', salt: 'default/fresh' },
        },
        at: '/changes/0/flag',
      },
      { event: 'update', key: 'checkout', after: { ...definition, enabled: false }, at: '/changes/1/flag' },
      { event: 'delete', key: 'gone', at: '/changes/2' },
    ]);
  });

  it.each<readonly [string, readonly unknown[], string, readonly Issue[]]>([
    [
      'missing keys before everything else',
      [
        { op: 'patch', key: 'nobody', flag: {} },
        { op: 'patch', key: 'checkout', flag: { enabled: 1 }, version: 1 },
        { op: 'delete', key: 'neither' },
      ],
      'not_found',
      [
        { pointer: '/changes/0/key', message: 'There is no flag "nobody" in this app' },
        { pointer: '/changes/2/key', message: 'There is no flag "neither" in this app' },
      ],
    ],
    [
      'another version, with the current one',
      [{ op: 'put', key: 'checkout', flag: answer, version: 6 }],
      'precondition',
      [
        {
          pointer: '/changes/0/version',
          message: 'The flag "checkout" is at version 7; the change names 6',
          version: 7,
        },
      ],
    ],
    [
      'what a patch makes of its flag',
      [{ op: 'patch', key: 'checkout', flag: { enabled: 1 } }],
      'invalid',
      [
        {
          pointer: '/changes/0/flag/enabled',
          message: 'changes[0].flag.enabled is 1; expected true or false',
        },
      ],
    ],
    [
      'what stays and no longer fits',
      [{ op: 'put', key: 'checkout', flag: { ...fresh, key: 'ignored' } }],
      'invalid',
      [
        {
          pointer: '/changes/0/flag/off_variation',
          message:
            'off_variation is missing and stays "off", which is no longer in variations; expected a name in variations, or null for the caller\'s own default',
        },
      ],
    ],
  ])('refuses %s', (_, changes, kind, issues) => {
    expect(refusal(() => changesOf(batch(...changes)))).toEqual({ kind, issues });
  });

  it.each<readonly [string, unknown, readonly Issue[]]>([
    [
      'a key named twice',
      {
        changes: [
          { op: 'delete', key: 'a' },
          { op: 'delete', key: 'a' },
        ],
      },
      [
        {
          pointer: '/changes/1/key',
          message: 'changes[1].key is "a", which changes[0].key is too; expected each key once',
        },
      ],
    ],
    [
      'no changes',
      { changes: [] },
      [{ pointer: '/changes', message: 'changes is an empty list; expected a list of 1 to 500 changes' }],
    ],
    [
      '501 changes',
      { changes: Array.from({ length: 501 }, (__, n) => ({ op: 'delete', key: `k${n}` })) },
      [{ pointer: '/changes', message: 'changes is a list of 501; expected a list of 1 to 500 changes' }],
    ],
    [
      'every mistake of every flag',
      {
        changes: [
          { op: 'put', key: 'a', flag: { ...fresh, rules: {} } },
          { op: 'patch', key: 'b', flag: [] },
          { op: 'delete', key: 'c', flag: {} },
          { op: 'put', key: 'd' },
          { op: 'drop', key: 'e' },
        ],
        coment: 'x',
      },
      [
        { pointer: '/changes/4/op', message: 'changes[4].op is "drop"; expected "put", "patch" or "delete"' },
        { pointer: '/coment', message: '"coment" is not a field of the body; did you mean "comment"?' },
        {
          pointer: '/changes/0/flag/rules',
          message: 'changes[0].flag.rules is an object; expected a list of rules',
        },
        { pointer: '/changes/1/flag', message: 'changes[1].flag is an empty list; expected an object' },
        { pointer: '/changes/2/flag', message: 'changes[2].flag is an object; expected none with "delete"' },
        { pointer: '/changes/3/flag', message: 'changes[3].flag is missing; expected JSON' },
      ],
    ],
  ])('refuses %s before it is decided', (_, body, issues) => {
    expect(refusal(() => parseChanges(body))).toEqual({ kind: 'invalid', issues });
  });
});
