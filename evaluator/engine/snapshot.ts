import { settle } from './attribute.ts';
import type { JsonValue } from './model.ts';

const DEEPEST = 4;
const LONGEST = 100;

/** A JSON copy of whatever an attribute was seen to be, cut short where it is deep, long, circular or unreadable. */
export const snapshot = (value: unknown, depth = 0): JsonValue => {
  try {
    const seen = settle(value);
    if (seen === undefined) return null;
    if (typeof seen !== 'object' || seen === null) return seen;
    if (depth === DEEPEST) return '…';
    if (Array.isArray(seen)) {
      const items = seen.slice(0, LONGEST).map((item) => snapshot(item, depth + 1));
      return seen.length > LONGEST ? [...items, '…'] : items;
    }
    const entries = Object.entries(seen).slice(0, LONGEST);
    return Object.fromEntries(entries.map(([name, item]) => [name, snapshot(item, depth + 1)]));
  } catch {
    return '…';
  }
};
