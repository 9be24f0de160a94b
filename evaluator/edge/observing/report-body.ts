import type { Count, Report } from '@halyard/engine';

export type ReportBody =
  | {
      readonly kind: 'report';
      readonly report: Omit<Report, 'since'>;
      /** Whether it tells of units, which browsers must not. */
      readonly hasUnits: boolean;
    }
  | { readonly kind: 'bad'; readonly message: string };

const LONGEST_NAME = 256;
const REASONS = ['STATIC', 'DEFAULT', 'TARGETING_MATCH', 'SPLIT', 'DISABLED', 'ERROR'];
const KINDS = ['evaluated', 'delivered'];

/** Reads the body of a report. Fields that are not known here are a later release's, and passed over. */
export const reportIn = (text: string): ReportBody => {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return bad('The body is not JSON; expected {"reporter": …, "epoch": …, "seq": …, "counts": […]}.');
  }
  if (!isObject(body)) return bad(`The body is ${shown(body)}; expected an object.`);
  const { reporter, epoch, seq, since, counts, gap } = body;
  if (!isName(reporter) || reporter === '')
    return bad(`reporter is ${shown(reporter)}; expected a string of 1 to ${LONGEST_NAME} characters.`);
  if (!isWhole(epoch, 0)) return bad(`epoch is ${shown(epoch)}; expected a whole number from 0.`);
  if (!isWhole(seq, 1)) return bad(`seq is ${shown(seq)}; expected a whole number from 1.`);
  if (typeof since !== 'string' || !Number.isFinite(Date.parse(since)))
    return bad(`since is ${shown(since)}; expected a date such as "2026-01-04T12:00:00Z".`);
  if (gap !== undefined && typeof gap !== 'boolean')
    return bad(`gap is ${shown(gap)}; expected true or false.`);
  if (!Array.isArray(counts)) return bad(`counts is ${shown(counts)}; expected an array.`);
  for (const [index, count] of counts.entries()) {
    const problem = problemOf(count, `counts[${index}]`);
    if (problem !== null) return bad(problem);
  }
  return {
    kind: 'report',
    hasUnits: Array.isArray(body['units']) && body['units'].length > 0,
    // Looked at one by one above.
    report: { reporter, epoch, seq, counts: counts as Count[], ...(gap === true ? { gap } : {}) },
  };
};

const problemOf = (count: unknown, at: string): string | null => {
  if (!Array.isArray(count)) return `${at} is ${shown(count)}; expected [flag, variation, reason, kind, n].`;
  const [flag, variation, reason, kind, n] = count;
  if (!isName(flag)) return `${at}[0] is ${shown(flag)}; expected the key of a flag.`;
  if (variation !== null && (!isName(variation) || variation === ''))
    return `${at}[1] is ${shown(variation)}; expected the name of a variation, or null.`;
  if (!REASONS.includes(reason)) return `${at}[2] is ${shown(reason)}; expected ${REASONS.join(', ')}.`;
  if (!KINDS.includes(kind)) return `${at}[3] is ${shown(kind)}; expected evaluated or delivered.`;
  return isWhole(n, 1) ? null : `${at}[4] is ${shown(n)}; expected a whole number from 1.`;
};

const bad = (message: string): ReportBody => ({ kind: 'bad', message });

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= LONGEST_NAME && value.isWellFormed() && !value.includes('\0');

const isWhole = (value: unknown, least: number): value is number =>
  Number.isSafeInteger(value) && Number(value) >= least;

const shown = (value: unknown): string => {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
};
