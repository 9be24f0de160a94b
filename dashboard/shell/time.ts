const LOCALE = 'en';
const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: 'auto' });
// Making one costs as much as drawing a row of a list.
const exact = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'full', timeStyle: 'long' });

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** `5 minutes ago`; `at` is ISO 8601, `nowMs` epoch milliseconds. */
export const relativeTime = (at: string, nowMs: number): string => {
  const seconds = (Date.parse(at) - nowMs) / 1_000;
  if (Number.isNaN(seconds)) return at;
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return seconds > 5 ? 'in a moment' : 'just now';
};

const clock = new Intl.DateTimeFormat(LOCALE, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'shortOffset',
});

/** `16:02:11 UTC+1`, in the reader's own zone. */
export const clockTime = (at: string): string => {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : clock.format(date).replace('GMT', 'UTC');
};

const SHORT = { year: 'y', month: 'mo', week: 'w', day: 'd', hour: 'h', minute: 'min' } as const;
type ShortUnit = keyof typeof SHORT;
const isShort = (unit: string): unit is ShortUnit => unit in SHORT;

/** `12 min ago`, beside a clock that says the rest. */
export const shortAgo = (at: string, nowMs: number): string => {
  const seconds = (nowMs - Date.parse(at)) / 1_000;
  for (const [unit, size] of STEPS) {
    if (seconds >= size && isShort(unit)) return `${Math.trunc(seconds / size)} ${SHORT[unit]} ago`;
  }
  return 'just now';
};

const day = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'full' });

/** The day in the reader's own zone, in full. */
export const dayName = (at: string): string => {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : day.format(date);
};

/** The exact time in the reader's own zone, its name included. */
export const exactTime = (at: string): string => {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  return exact.format(date);
};
