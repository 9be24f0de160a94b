import type { SegmentDefinition } from '../../model/segment.ts';
import type { FlagInput } from '../decide/definition.ts';
import { readSegment } from '../segments/parse-segment.ts';
import { Issues, nameOf, type Path, shown } from './issues.ts';
import { checkJson, isList, type JsonObject, own } from './json.ts';
import { readPatch } from './parse-body.ts';
import { readUpsert } from './parse-flag.ts';
import { CHANGES_LIMIT, ChangesEnvelope } from './schema-changes.ts';
import { report } from './sentences.ts';

/** One of a batch; `version`, where given, must be the flag's or segment's current one. */
export type RequestedChange = RequestedFlagChange | RequestedSegmentChange;

interface Named {
  readonly key: string;
  readonly version?: number;
}

export type RequestedFlagChange = { readonly kind?: undefined } & Named &
  (
    | { readonly op: 'put'; readonly input: FlagInput }
    | { readonly op: 'patch'; readonly patch: JsonObject }
    | { readonly op: 'delete' }
  );

export type RequestedSegmentChange = { readonly kind: 'segment' } & Named &
  (
    | { readonly op: 'put'; readonly segment: SegmentDefinition }
    | { readonly op: 'patch'; readonly patch: JsonObject }
    | { readonly op: 'delete' }
  );

export interface Batch {
  /** In the request's order: a place in this list is the place in the body. */
  readonly changes: readonly RequestedChange[];
  readonly comment: string | null;
}

/** Problem: `invalid`, with every issue of every flag; a key that is named twice is one. */
export function parseChanges(body: unknown): Batch {
  const issues = new Issues();
  const batch = readChanges(body, issues);
  issues.throwIfAny();
  if (batch === null) throw new Error('a batch was refused without an issue');
  return batch;
}

function readChanges(body: unknown, issues: Issues): Batch | null {
  const parsed = ChangesEnvelope.safeParse(body, { reportInput: true });
  if (!parsed.success) report(parsed.error.issues, issues, []);
  const said = own(body, 'comment');
  if (typeof said === 'string') checkJson(said, issues, ['comment']);
  const list = own(body, 'changes');
  if (!isList(list) || list.length > CHANGES_LIMIT) return null;
  const seen = new Map<string, Path>();
  const changes = list.map((change, index) => readChange(change, seen, issues, ['changes', index]));
  if (!parsed.success) return null;
  const { comment } = parsed.data;
  return { changes: changes.filter((change) => change !== null), comment: comment ?? null };
}

function readChange(
  change: unknown,
  seen: Map<string, Path>,
  issues: Issues,
  at: Path,
): RequestedChange | null {
  const op = own(change, 'op');
  const key = own(change, 'key');
  if (typeof key !== 'string') return null;
  const kind = own(change, 'kind') === 'segment' ? 'segment' : 'flag';
  checkOnce(kind, key, seen, issues, [...at, 'key']);
  const other = kind === 'segment' ? 'flag' : 'segment';
  const stray = own(change, other);
  if (stray !== undefined) issues.expected([...at, other], stray, `none in a change of a ${kind}`);
  const version = own(change, 'version');
  const named = typeof version === 'number' ? { key, version } : { key };
  if (kind === 'segment') return readSegmentChange(op, named, own(change, 'segment'), issues, at);
  const flag = own(change, 'flag');
  const place = [...at, 'flag'];
  switch (op) {
    case 'put': {
      const input = readUpsert(key, flag, issues, place);
      return input === null ? null : { op, ...named, input };
    }
    case 'patch': {
      const patch = readPatch(flag, issues, place);
      return patch === null ? null : { op, ...named, patch };
    }
    case 'delete':
      if (flag !== undefined) issues.expected(place, flag, 'none with "delete"');
      return { op, ...named };
    default:
      return null;
  }
}

function readSegmentChange(
  op: unknown,
  named: Named,
  body: unknown,
  issues: Issues,
  at: Path,
): RequestedSegmentChange | null {
  const kind = 'segment';
  const place = [...at, kind];
  switch (op) {
    case 'put': {
      const segment = readSegment(body, named.key, issues, place);
      return segment === null ? null : { kind, op, ...named, segment };
    }
    case 'patch': {
      const patch = readPatch(body, issues, place);
      return patch === null ? null : { kind, op, ...named, patch };
    }
    case 'delete':
      if (body !== undefined) issues.expected(place, body, 'none with "delete"');
      return { kind, op, ...named };
    default:
      return null;
  }
}

function checkOnce(kind: string, key: string, seen: Map<string, Path>, issues: Issues, place: Path): void {
  const name = `${kind}/${key}`;
  const before = seen.get(name);
  if (before === undefined) seen.set(name, place);
  else {
    issues.add(
      place,
      `${nameOf(place)} is ${shown(key)}, which ${nameOf(before)} is too; expected each key once`,
    );
  }
}
