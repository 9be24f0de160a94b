/** Rows a statement: below every dialect's limit of bound parameters (32,766 in SQLite). */
export const CHUNK = 1_000;

export function* chunks<T>(items: readonly T[]): Iterable<readonly T[]> {
  for (let from = 0; from < items.length; from += CHUNK) yield items.slice(from, from + CHUNK);
}
