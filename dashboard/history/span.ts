import { useNow } from '../shell/use-now.ts';

const SPANS = { '15m': 15 * 60_000, '1h': 3_600_000, '24h': 86_400_000 } as const;
export type Span = keyof typeof SPANS;
export const isSpan = (text: unknown): text is Span => typeof text === 'string' && text in SPANS;

const MINUTE_MS = 60_000;

/** Since when a span that ends now lasts, to the minute: asked anew each minute, not each moment. */
export const useSince = (last: Span | undefined): string | undefined => {
  const minute = Math.floor(useNow() / MINUTE_MS) * MINUTE_MS;
  return last === undefined ? undefined : new Date(minute - SPANS[last]).toISOString();
};
