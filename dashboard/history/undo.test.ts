import type { Flag, Rule } from '@halyard/engine';
import { describe, expect, it } from 'vitest';
import type { FlagEntry, StoredFlag } from '../api.ts';
import { changeOf, type Definition, type Undo, undoOf } from './undo.ts';

const open = (percentage: number): Rule => ({
  priority: 2,
  conditions: [],
  serve_variation: 'on',
  rollout: { percentage },
});
const plan: Rule = {
  priority: 1,
  conditions: [{ attribute: 'plan', operator: 'equals', value: 'pro' }],
  serve_variation: 'on',
};
const start: Definition = {
  key: 'f',
  description: 'Why',
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'off',
  rules: [open(5)],
  tags: ['a'],
  bucketing: { hash: 'murmur3', salt: 's' },
};
const stored = (flag: Definition, version = 9): StoredFlag => ({
  ...flag,
  type: 'boolean',
  version,
  created_at: '',
  updated_at: '',
  updated_by: 'Ben',
});
const update = (before: Definition, after: Definition, now: Definition | null): Undo =>
  undoOf({ key: 'f', before, after }, now === null ? null : stored(now));
const resultOf = (undo: Undo): Flag | null =>
  undo.kind === 'write' ? undo.result : { ...start, key: undo.kind };

describe('undoing a change', () => {
  const ramped: Definition = { ...start, rules: [open(25)] };

  it('takes back just what it changed, and names the version it was worked out from', () => {
    const undo = update(start, ramped, { ...ramped, tags: ['a', 'b'] });
    expect(undo).toMatchObject({ kind: 'write', request: { op: 'put', version: 9 } });
    expect(resultOf(undo)).toEqual({ ...start, tags: ['a', 'b'] });
  });

  it('keeps the rule that a colleague added since the ramp', () => {
    const now = { ...ramped, rules: [plan, open(25)] };
    expect(resultOf(update(start, ramped, now))).toEqual({ ...start, rules: [plan, open(5)] });
  });

  it('finds the ramped rule behind one that a colleague put in front of it', () => {
    const first = { ...plan, priority: 2 };
    const moved = { ...ramped, rules: [first, { ...open(25), priority: 3 }] };
    expect(resultOf(update(start, ramped, moved))).toEqual({
      ...start,
      rules: [first, { ...open(5), priority: 3 }],
    });
  });

  it('is refused where the rule that it changed is gone', () => {
    expect(update(start, ramped, { ...start, rules: [plan] }).kind).toBe('refused');
  });

  it('is refused where the same was changed again since, and says what', () => {
    const undo = update(start, ramped, { ...start, rules: [open(50)], enabled: false });
    expect(undo).toEqual({ kind: 'refused', key: 'f', what: ['Switch', 'Rule 1: serves'] });
  });

  it('is nothing where somebody took it back already', () => {
    expect(update(start, ramped, start).kind).toBe('nothing');
    expect(update(start, ramped, { ...start, tags: ['z'] }).kind).toBe('nothing');
  });

  it('is refused where the flag is gone', () => {
    expect(update(start, ramped, null).kind).toBe('refused');
  });

  it('removes a description and an extension that the change brought', () => {
    const { description: _, tags: __, ...bare } = start;
    const undo = update(bare, { ...start, off_variation: 'on' }, { ...start, off_variation: 'on' });
    expect(undo).toMatchObject({ request: { flag: { off_variation: 'off', tags: [], description: '' } } });
  });

  it('takes back an owner', () => {
    const owned: Definition = { ...start, owner: 'ann' };
    const undo = update(start, owned, { ...owned, enabled: false });
    expect(undo).toMatchObject({ kind: 'write', request: { flag: { owner: null, enabled: false } } });
    expect(resultOf(undo)).toEqual({ ...start, enabled: false });
    const other: Definition = { ...start, owner: 'ben' };
    expect(update(start, owned, other).kind).toBe('refused');
  });
});

describe('undoing a creation and a deletion', () => {
  it('deletes what was created, but not what was changed since', () => {
    const created = { key: 'f', before: null, after: start };
    expect(undoOf(created, stored(start, 1))).toMatchObject({ request: { op: 'delete', version: 1 } });
    expect(undoOf(created, stored({ ...start, enabled: false }, 2))).toMatchObject({
      kind: 'refused',
      what: ['Switch'],
    });
    expect(undoOf(created, null).kind).toBe('nothing');
  });

  it('brings a deleted flag back with its buckets, but not over one that exists again', () => {
    const deleted = { key: 'f', before: start, after: null };
    expect(undoOf(deleted, null)).toMatchObject({
      request: { op: 'put', version: 0, flag: { bucketing: start.bucketing } },
    });
    expect(undoOf(deleted, stored({ ...start, enabled: false })).kind).toBe('refused');
    expect(undoOf(deleted, stored(start)).kind).toBe('nothing');
  });
});

it('reads the states before and after from an entry', () => {
  const entry: FlagEntry = {
    id: '1',
    flag_key: 'f',
    event: 'update',
    after: { ...start, enabled: false },
    diff: { enabled: { from: true, to: false } },
    version: 2,
    app_version: 2,
    at: '',
    actor: { name: 'a', token_id: 't' },
    comment: null,
    hash: '',
  };
  const { diff: _, ...whole } = entry;
  expect(changeOf(entry)).toEqual({ key: 'f', before: start, after: entry.after });
  expect(changeOf({ ...whole, event: 'create' })).toMatchObject({ before: null, after: entry.after });
  expect(changeOf({ ...whole, event: 'delete' })).toMatchObject({ before: entry.after, after: null });
});
