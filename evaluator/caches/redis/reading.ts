import type { History, Position } from '../following/history.ts';
import type { Reading } from '../following/reading.ts';
import type { Change, Commit, EdgeReceipt } from '../port.ts';

const ABSENT: Reading = { kind: 'absent' };
const SAME: Reading = { kind: 'same' };
const BEHIND: Reading = { kind: 'behind' };

/** Understands the answer of the script `follow`. A space that cannot be understood counts as absent: the writer repairs it. */
export const readingIn = (answer: unknown): Reading => {
  const [first, filling, kind, items, position] = listIn(answer);
  if (first === undefined) return ABSENT;
  const head = versionIn(first);
  if (head === null) return ABSENT;
  if (kind === 'commits') return { kind, head, commits: listIn(items).map(commitIn) };
  if (kind === 'behind') return BEHIND;
  if (kind !== 'snapshot') return SAME;
  const entries = new Map<string, string>();
  const flat = listIn(items);
  for (let i = 0; i + 1 < flat.length; i += 2) entries.set(String(flat[i]), String(flat[i + 1]));
  return {
    kind,
    filling: String(filling ?? ''),
    snapshot: { ...(positionIn(position) ?? { version: head }), entries },
  };
};

/** `{version, identity, epoch, hash}`; null where there is no head. */
export const positionIn = (answer: unknown): Position | null => {
  const [first, identity, epoch, hash] = listIn(answer);
  const version = first === undefined ? null : versionIn(first);
  if (version === null) return null;
  const history = historyOf(identity, epoch);
  return {
    version,
    ...(history === null ? {} : { history }),
    ...(typeof hash === 'string' && hash !== '' ? { hash } : {}),
  };
};

const historyOf = (identity: unknown, epoch: unknown): History | null =>
  typeof identity === 'string' && identity !== '' && typeof epoch === 'string' && epoch !== ''
    ? { identity, epoch }
    : null;

/** An entry of the log: its id is the version, its fields are `size`, then `s{key}` → value and `d{key}`. */
const commitIn = (entry: unknown): Commit => {
  const [id, fields] = listIn(entry);
  const flat = listIn(fields);
  const changes: Change[] = [];
  for (let i = 2; i + 1 < flat.length; i += 2) {
    const field = String(flat[i]);
    changes.push({ key: field.slice(1), value: field.startsWith('s') ? String(flat[i + 1]) : null });
  }
  return { version: Number.parseInt(String(id), 10), changes };
};

export const versionIn = (answer: unknown): number | null => {
  const version = typeof answer === 'string' && /^\d+$/.test(answer) ? Number(answer) : answer;
  return typeof version === 'number' && Number.isSafeInteger(version) ? version : null;
};

export const receiptIn = (answer: unknown): EdgeReceipt => {
  const [edge, lastSeenMs, version, said] = listIn(answer);
  const [of, identity, epoch] = String(said).split(' ');
  const history = of === String(version) ? historyOf(identity, epoch) : null;
  return {
    edge: String(edge),
    appliedVersion: versionIn(version),
    ...(history === null ? {} : { history }),
    lastSeenMs: Math.max(0, Number(lastSeenMs)),
  };
};

export const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
