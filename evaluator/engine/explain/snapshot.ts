import { settle } from '../attribute.ts';
import type { JsonValue } from '../model.ts';

const DEEPEST = 4;
const LONGEST = 100;
const LONGEST_TEXT = 256;
/** Characters of one copy in all: an explanation has one for each condition, of which there may be thousands. */
const MOST = 2_048;

/** A JSON copy of whatever an attribute was seen to be, cut short where it is deep, long, circular or unreadable. */
export const snapshot = (value: unknown): JsonValue => copyOf(value, 0, { left: MOST });

const copyOf = (value: unknown, depth: number, room: { left: number }): JsonValue => {
  try {
    const seen = settle(value);
    if (seen === undefined) return null;
    if (room.left <= 0) return '…';
    room.left -= 1;
    if (typeof seen === 'string') return cut(seen, room);
    if (typeof seen !== 'object' || seen === null) return seen;
    if (depth === DEEPEST) return '…';
    return Array.isArray(seen) ? copyOfList(seen, depth, room) : copyOfObject(seen, depth, room);
  } catch {
    return '…';
  }
};

const cut = (text: string, room: { left: number }): string => {
  const longest = Math.min(LONGEST_TEXT, room.left);
  room.left -= Math.min(text.length, longest);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
};

const copyOfList = (list: readonly unknown[], depth: number, room: { left: number }): JsonValue => {
  const items: JsonValue[] = [];
  for (const item of list.slice(0, LONGEST)) {
    if (room.left <= 0) break;
    items.push(copyOf(item, depth + 1, room));
  }
  return items.length < list.length ? [...items, '…'] : items;
};

const copyOfObject = (object: object, depth: number, room: { left: number }): JsonValue => {
  const entries: [string, JsonValue][] = [];
  for (const [name, item] of Object.entries(object).slice(0, LONGEST)) {
    if (room.left <= 0) break;
    entries.push([cut(name, room), copyOf(item, depth + 1, room)]);
  }
  return Object.fromEntries(entries);
};
