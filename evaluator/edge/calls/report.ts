import type { Hono, Context as HonoContext } from 'hono';
import type { Gate } from '../entry/admission.ts';
import { refusal } from '../entry/refusal.ts';
import type { Apps } from '../held/apps.ts';
import { reportIn } from '../observing/report-body.ts';
import type { Upwards } from '../observing/upwards.ts';
import { failure } from './fragments.ts';
import { bytesOf } from './limited-body.ts';

export interface ReportOptions {
  readonly gate: Gate;
  readonly apps: Apps;
  /** Null: nothing is observed here, and reports are thanked for and thrown away. */
  readonly upwards: Upwards | null;
}

const MAX_BYTES = 256 * 1024;
const BUSY_SECONDS = 10;

/** What providers counted. An answer below 300 says that it will not be counted again, whatever happens to this edge. */
export const reportRoutes = (app: Hono, options: ReportOptions): void => {
  for (const base of ['', '/apps/:app']) app.post(`${base}/report`, (c) => answer(c, options));
};

const answer = async (c: HonoContext, { gate, apps, upwards }: ReportOptions): Promise<Response> => {
  const request = c.req.raw;
  const admission = await gate.admit(c, c.req.param('app'), 'evaluate');
  if (admission.kind === 'refused') return refusal(admission, null);
  const { app, caller, cors } = admission;
  const headers = { ...app.headers, ...cors };
  const refuse = (status: number, message: string, more: Record<string, string> = {}): Response =>
    new Response(failure(null, status === 400 ? 'PARSE_ERROR' : 'GENERAL', message), {
      status,
      headers: { ...headers, ...more },
    });
  if (upwards === null) return new Response(null, { status: 204, headers });

  const encoding = request.headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'gzip' && encoding !== 'identity')
    return refuse(415, `The content encoding is ${encoding}; expected gzip or none.`);
  const text = await textOf(request, encoding === 'gzip');
  if (text === 'too large') return refuse(413, 'The report is over 256 KiB.');
  if (text === 'broken') return refuse(400, 'The body ended before it was whole, or is not what it says.');
  const read = reportIn(text.text);
  if (read.kind === 'bad') return refuse(400, read.message);
  if (read.hasUnits && caller.origins !== null)
    return refuse(403, 'Units are taken from servers alone; expected a token without allowed_origins.');
  const flags = apps.flagsOf(app);
  const counts = read.report.counts.filter(([key]) => {
    const flag = flags.get(key);
    return flag !== undefined && (caller.origins === null || flag.clientSide);
  });
  switch (await upwards.take(app, { ...read.report, counts })) {
    case 'filed':
      return new Response(null, { status: 204, headers });
    case 'busy':
      return refuse(429, 'Too many reports at once; try again later.', { 'retry-after': `${BUSY_SECONDS}` });
    case 'unavailable':
      return refuse(503, 'Reports cannot be filed now.', { 'retry-after': `${BUSY_SECONDS}` });
  }
};

const utf8 = new TextDecoder('utf-8', { fatal: true });

const textOf = async (
  request: Request,
  compressed: boolean,
): Promise<{ readonly text: string } | 'too large' | 'broken'> => {
  const { body } = request;
  if (body === null) return { text: '' };
  try {
    const plain = compressed ? body.pipeThrough(new DecompressionStream('gzip')) : body;
    const bytes = await bytesOf(plain, MAX_BYTES);
    return bytes === null ? 'too large' : { text: utf8.decode(bytes) };
  } catch {
    return 'broken';
  }
};
