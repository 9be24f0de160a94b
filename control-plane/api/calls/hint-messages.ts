import { hintsOf } from '../../flags/decide/hints.ts';
import type { StoredFlag } from '../../model/flag.ts';
import type { Message } from '../http/envelope.ts';

/** What whoever wrote these flags may want to know of them. */
export const hintMessages = (flags: Iterable<StoredFlag | null>): readonly Message[] =>
  [...flags].flatMap((flag) =>
    flag === null ? [] : hintsOf(flag.definition).map((message) => ({ message })),
  );
