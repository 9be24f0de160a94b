/** A piece of a sentence with its meaning, so that the screen can colour it and a test can read it as text. */
export interface Word {
  readonly kind: 'plain' | 'attribute' | 'value' | 'variation';
  readonly text: string;
  /** What it names, where that has a page of its own. */
  readonly of?: Named;
}
export interface Named {
  readonly kind: 'flag' | 'segment';
  readonly key: string;
}
export type Words = readonly Word[];

export const plain = (text: string): Word => ({ kind: 'plain', text });
export const attribute = (text: string): Word => ({ kind: 'attribute', text });
export const value = (text: string): Word => ({ kind: 'value', text });
export const named = (kind: Named['kind'], key: string): Word => ({
  ...value(`“${key}”`),
  of: { kind, key },
});
export const variation = (text: string): Word => ({ kind: 'variation', text });

/** As plain text. */
export const textOf = (words: Words): string => words.map((word) => word.text).join('');

/** Puts `between` in between: `a, b and c` with `join(parts, ', ', ' and ')`. */
export const join = (parts: readonly Words[], between: string, last: string = between): Words =>
  parts.flatMap((part, index) => {
    if (index === 0) return part;
    return [plain(index === parts.length - 1 ? last : between), ...part];
  });

/** At most 6 decimals and no trailing zeros, as shares are kept. */
export const percent = (share: number): string => `${Number(share.toFixed(6))}%`;
