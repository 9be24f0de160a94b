import { Problem } from '../problem.ts';

/**
 * Page cursors are opaque to clients: base64url of the last key of the page (ASCII). They hold no snapshot; what is written between two
 * pages shows up if it sorts after the cursor.
 */
export const encodeCursor = (last: string): string =>
  btoa(last).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** @throws Problem `invalid` unless the cursor was made by `encodeCursor` from a text that `isKey` accepts. */
export const decodeCursor = (cursor: string, isKey: RegExp): string => {
  let last = '';
  try {
    last = atob(cursor.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    // Judged below: an empty text is no key.
  }
  if (!isKey.test(last) || encodeCursor(last) !== cursor) {
    throw new Problem('invalid', {
      message:
        'The cursor is not one that a list of this kind gave out; use `result_info.cursor` as it was answered, or leave it out to start from the beginning.',
    });
  }
  return last;
};
