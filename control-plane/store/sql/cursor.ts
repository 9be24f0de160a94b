import { Problem } from '../../model/problem.ts';

/** What a cursor is a place in: another list's is refused, whatever it holds. */
export type CursorKind =
  | 'flags'
  | 'flags by change'
  | 'segments'
  | 'changelog'
  | 'account log'
  | 'project flags';

/**
 * Page cursors are opaque to clients: base64url of the list's kind and the last key of the page (ASCII). They hold no snapshot; what is
 * written between two pages shows up if it sorts after the cursor.
 */
export const encodeCursor = (kind: CursorKind, last: string): string =>
  btoa(`${kind}:${last}`).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** @throws Problem `invalid` unless the cursor was made by `encodeCursor` for this kind from a text that `isKey` accepts. */
export const decodeCursor = (kind: CursorKind, cursor: string, isKey: RegExp): string => {
  let text = '';
  try {
    text = atob(cursor.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    // Judged below: an empty text is no key.
  }
  const last = text.startsWith(`${kind}:`) ? text.slice(kind.length + 1) : '';
  if (!isKey.test(last) || encodeCursor(kind, last) !== cursor) {
    throw new Problem('invalid', {
      message:
        'The cursor is not one that a list of this kind gave out; use `result_info.cursor` as it was answered, or leave it out to start from the beginning.',
    });
  }
  return last;
};
