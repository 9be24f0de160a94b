import type { Propagation } from '../api.ts';

export type AppEvent =
  | {
      readonly type: 'commit';
      readonly version: number;
      readonly actor: { readonly name: string; readonly token_id: string };
      readonly comment: string | null;
      readonly keys: readonly string[];
    }
  | ({ readonly type: 'propagation' } & Pick<Propagation, 'version' | 'edges' | 'silent_edges'>)
  | { readonly type: 'reload'; readonly version: number };

const SEGMENT = 'segment/';

/** The segment that a changed name is; null: it is a flag's key, which holds no slash. */
export const segmentOf = (name: string): string | null =>
  name.startsWith(SEGMENT) ? name.slice(SEGMENT.length) : null;

/** The data of one server-sent event; null for one that this release does not know. */
export const readEvent = (data: string): AppEvent | null => {
  try {
    const event: unknown = JSON.parse(data);
    if (typeof event !== 'object' || event === null || !('type' in event)) return null;
    const known = event.type === 'commit' || event.type === 'propagation' || event.type === 'reload';
    // The server is ours: an event of a known type has that type's shape.
    return known ? (event as AppEvent) : null;
  } catch {
    return null;
  }
};
