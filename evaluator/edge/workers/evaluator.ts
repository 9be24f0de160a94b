import { accountSpace, type FlagCache } from '@halyard/caches';
import { type KvNamespace, openKvCache } from '@halyard/caches/kv';
import type { Context, Evaluation } from '@halyard/engine';
import { type AssembledEdge, assembleEdge } from '../edge.ts';
import { MISSED_MS } from '../entry/admission.ts';
import { basePathOf, withoutBasePath } from '../entry/base-path.ts';
import { TELL_EVERY_MS } from '../observing/upwards.ts';
import { DEFAULT_LIMITS, type EdgeLimits, type Log } from '../options.ts';
import { DEFAULT_FRESHNESS, Freshness, type FreshnessLimits } from './freshness.ts';
import { type PolledStreamLimits, PolledStreams } from './polled-streams.ts';

export interface EvaluatorOptions {
  readonly namespace: KvNamespace;
  /** In front of every name in it; default `halyard`. */
  readonly prefix?: string;
  /** The writer's own word of what is newest; see `KvCacheOptions`. */
  readonly heads?: ((space: string) => Promise<string | null>) | undefined;
  /** Where it is told which tokens were shown here; see `KvCacheOptions`. */
  readonly used?: (account: string, tokens: readonly string[]) => Promise<void>;
  /** Where it is told what was counted; see `KvCacheOptions`. Absent: nothing is. */
  readonly report?: NonNullable<FlagCache['report']> | undefined;
  readonly account: string;
  readonly log: Log;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Keeps the present request's connections alive for the work, beyond its answer. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** Where clients reach it; only the path is used. */
  readonly publicUrl?: string;
  readonly freshness?: Partial<FreshnessLimits>;
  readonly limits?: Partial<EdgeLimits & PolledStreamLimits>;
}

/** An isolate may end at any time: what it counts is told after as many answers, or as much time. */
const TELL_EVERY_ANSWERS = 64;

/** The flag could not be evaluated: there is no such app, or nothing of it can be had. */
export interface NoAnswer {
  readonly kind: 'failed';
  readonly code: 'GENERAL' | 'INVALID_CONTEXT';
  readonly message: string;
}

/** An isolate has 128 MB for everything, and lives for the apps it is asked for. */
const LIMITS: EdgeLimits & PolledStreamLimits = {
  ...DEFAULT_LIMITS,
  compiledApps: 100,
  compiledBytes: 16 * 1024 * 1024,
  evictWhole: true,
  prefetchApps: 0,
  streams: 5_000,
  streamsPerToken: 2_500,
  lookMs: 1_000,
  lifeMs: 10 * 60 * 1000,
};

/** The edge of one isolate: the same application as in a process of its own, kept fresh by the requests it answers. */
export class Evaluator {
  readonly #edge: AssembledEdge;
  readonly #freshness: Freshness;
  readonly #basePath: string;
  readonly #now: () => number;
  readonly #waitUntil: (work: Promise<unknown>) => void;
  #started = false;
  #answers = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(options: EvaluatorOptions) {
    const { namespace, account, log, now, waitUntil, heads, used, report, publicUrl } = options;
    this.#now = now;
    this.#waitUntil = waitUntil;
    this.#basePath = basePathOf(publicUrl);
    const limits = { ...LIMITS, ...options.limits };
    const kv = openKvCache({
      namespace,
      ...(options.prefix === undefined ? {} : { prefix: options.prefix }),
      now,
      log,
      ...(heads === undefined ? {} : { heads }),
      ...(report === undefined ? {} : { report }),
      used: async (told, tokens) =>
        waitUntil((used?.(told, tokens) ?? Promise.resolve()).catch(() => undefined)),
    });
    this.#freshness = new Freshness(kv, { ...DEFAULT_FRESHNESS, ...options.freshness }, now, waitUntil);
    const { freshen, cache } = this.#freshness;
    const streams = new PolledStreams(limits, now, async (space) => {
      await this.#freshness.refresh(accountSpace(account));
      await this.#freshness.refresh(space);
    });
    this.#edge = assembleEdge(
      {
        cache,
        account,
        id: 'isolate',
        now,
        log,
        standalone: true,
        freshen,
        ...(publicUrl === undefined ? {} : { publicUrl }),
      },
      { limits, streams, address: visitorOf },
    );
  }

  async fetch(request: Request): Promise<Response> {
    await this.#freshAccount();
    const plain = this.#basePath === '' ? request : withoutBase(request, this.#basePath);
    const answer = await this.#edge.app.fetch(plain);
    this.#tellNow();
    return answer;
  }

  /** One flag, for who needs no token: a Worker of the same Cloudflare account. Never rejects. */
  async evaluate(appId: string, key: string, context: Context): Promise<Evaluation | NoAnswer> {
    try {
      const { account, apps } = this.#edge;
      const freshening = this.#freshAccount();
      // Read side by side the first time: a cold isolate is waited for.
      if (!account.loaded) await Promise.all([freshening, apps.load(appId)]);
      else if (freshening !== undefined) await freshening;
      let app = apps.held(appId);
      if (app === null) {
        if (account.loaded && !account.apps.has(appId)) {
          await this.#freshness.freshen(account.space, MISSED_MS);
          if (!account.apps.has(appId)) return failed(`There is no app ${appId}.`);
        }
        app = await apps.load(appId);
        if (app === null) return failed(`The app ${appId} cannot be loaded now.`);
      }
      const freshened = this.#freshness.freshen(app.space);
      if (freshened !== undefined) await freshened;
      const flag = apps.flagOf(app, key);
      if (flag === undefined) return notFound(key);
      const evaluation = flag.evaluate(context);
      app.tally.evaluated(evaluation, key);
      this.#tellNow();
      return evaluation;
    } catch (error) {
      return failed(`The flag could not be evaluated: ${error}`);
    }
  }

  /** No timer outlives a request here, so what was counted is told behind an answer now and then. */
  #tellNow(): void {
    const { upwards } = this.#edge;
    if (upwards === null) return;
    this.#answers += 1;
    const now = this.#now();
    if (this.#answers < TELL_EVERY_ANSWERS && Math.abs(now - this.#toldAt) < TELL_EVERY_MS) return;
    this.#answers = 0;
    this.#toldAt = now;
    this.#waitUntil(upwards.tell());
  }

  #freshAccount(): Promise<void> | undefined {
    if (this.#started) return this.#freshness.freshen(this.#edge.account.space);
    this.#started = true;
    // Follows the account from now on, and reads it as part of this request.
    return this.#edge.start();
  }
}

const withoutBase = (request: Request, basePath: string): Request => {
  const url = new URL(request.url);
  const pathname = withoutBasePath(url.pathname, basePath);
  return pathname === url.pathname ? request : new Request(new URL(pathname + url.search, url), request);
};

/** Cloudflare says who asks; no client can set this header. */
const visitorOf = (headers: Headers): string => headers.get('cf-connecting-ip') ?? 'unknown';

const failed = (message: string): NoAnswer => ({ kind: 'failed', code: 'GENERAL', message });

const notFound = (key: string): Evaluation => ({
  kind: 'failed',
  code: 'FLAG_NOT_FOUND',
  message: `There is no flag ${key}.`,
});
