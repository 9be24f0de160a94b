import type { FlagInput } from './definition.ts';
import { Issues, nameOf, type Path, shown } from './issues.ts';
import { checkJson, isList, type JsonObject, own } from './json.ts';
import { readPatch } from './parse-body.ts';
import { readUpsert } from './parse-flag.ts';
import { CHANGES_LIMIT, ChangesEnvelope } from './schema-changes.ts';
import { report } from './sentences.ts';

/** One of a batch; `version`, where given, must be the flag's current one. */
export type RequestedChange =
  | { readonly op: 'put'; readonly key: string; readonly version?: number; readonly input: FlagInput }
  | { readonly op: 'patch'; readonly key: string; readonly version?: number; readonly patch: JsonObject }
  | { readonly op: 'delete'; readonly key: string; readonly version?: number };

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
  checkOnce(key, seen, issues, [...at, 'key']);
  const version = own(change, 'version');
  const named = typeof version === 'number' ? { key, version } : { key };
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

function checkOnce(key: string, seen: Map<string, Path>, issues: Issues, place: Path): void {
  const before = seen.get(key);
  if (before === undefined) seen.set(key, place);
  else {
    issues.add(
      place,
      `${nameOf(place)} is ${shown(key)}, which ${nameOf(before)} is too; expected each key once`,
    );
  }
}
