/** Whoever asks for more has made a mistake, and a timer told more than 24 days would fire at once. */
const LONGEST_MS = 86_400_000;

/** How long a `Retry-After` asks to wait, in milliseconds (RFC 9110, section 10.2.3: seconds or a date); 0 where it says nothing. */
export const retryAfterMs = (header: string | null, now: number): number => {
  const seconds = Number(header ?? 0);
  const ms = Number.isNaN(seconds) ? Date.parse(header ?? '') - now : seconds * 1000;
  return ms > 0 ? Math.min(ms, LONGEST_MS) : 0;
};
