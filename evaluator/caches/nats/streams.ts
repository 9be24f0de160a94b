import {
  DiscardPolicy,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  StorageType,
  type StoredMsg,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { REPORTS_KEPT_MS } from '../following/reports.ts';
import { CacheUnavailable, EDGE_KEPT_MS } from '../port.ts';
import { FLAG_HISTORY, HEAD_HISTORY, type Head, headIn, type Layout } from './layout.ts';

export const ANSWER_MS = 3_000;
/** What waits for a control plane that is away, at most. */
const REPORT_BYTES = 256 * 1024 * 1024;
const NS_PER_MS = 1_000_000;
/** As long as earlier releases made receipts last; silent edges are remembered longer. */
const ONCE_KEPT_MS = 10 * 60 * 1000;

export interface StoredHead {
  readonly seq: number;
  readonly head: Head | null;
}

export interface NatsStreams {
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly layout: Layout;
  /** The newest message on the subject; null if there is none. */
  last(stream: string, subject: string): Promise<StoredMsg | null>;
  at(stream: string, seq: number): Promise<StoredMsg | null>;
  /** The first message on the subject from a sequence on. */
  next(stream: string, subject: string, seq: number): Promise<StoredMsg | null>;
  head(space: string): Promise<StoredHead | null>;
  /** Changes when the streams were made anew, or emptied. */
  fingerprint(): Promise<string>;
}

/** Access to the four streams; they are made where they are missing, and used as they are where an operator made them. */
export const openStreams = async (connection: NatsConnection, layout: Layout): Promise<NatsStreams> => {
  const js = jetstream(connection, { timeout: ANSWER_MS });
  const jsm = await jetstreamManager(connection, { timeout: ANSWER_MS, checkAPI: false });

  const make = async (): Promise<void> => {
    const common = { discard: DiscardPolicy.Old, allow_direct: true } as const;
    const root = layout.headSubject('x').split('.head.')[0];
    for (const config of [
      {
        name: layout.flags,
        subjects: [`${root}.flag.*.*`],
        max_msgs_per_subject: FLAG_HISTORY,
        storage: StorageType.File,
      },
      {
        name: layout.heads,
        subjects: [`${root}.head.*`],
        max_msgs_per_subject: HEAD_HISTORY,
        storage: StorageType.File,
      },
      {
        name: layout.edges,
        subjects: [`${root}.edge.*.*`],
        max_msgs_per_subject: 1,
        storage: StorageType.Memory,
        max_age: EDGE_KEPT_MS * NS_PER_MS,
      },
      {
        name: layout.reports,
        subjects: [`${root}.report.*`],
        storage: StorageType.File,
        max_age: REPORTS_KEPT_MS * NS_PER_MS,
        max_bytes: REPORT_BYTES,
      },
    ]) {
      if (!(await exists(config.name))) await jsm.streams.add({ ...config, ...common });
    }
    const { config } = await jsm.streams.info(layout.edges);
    if (config.max_age === ONCE_KEPT_MS * NS_PER_MS) {
      await jsm.streams.update(layout.edges, { max_age: EDGE_KEPT_MS * NS_PER_MS });
    }
  };

  const exists = async (stream: string): Promise<boolean> => {
    try {
      await jsm.streams.info(stream);
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'StreamNotFoundError') return false;
      throw error;
    }
  };

  /** A server that came back empty has no streams: they are made, and what was asked for is not there. */
  const orMake = async <A>(ask: () => Promise<A>): Promise<A> => {
    try {
      return await ask();
    } catch (error) {
      try {
        await make();
        return await ask();
      } catch {
        throw unavailable(error);
      }
    }
  };

  await make();

  return {
    js,
    jsm,
    layout,
    last: (stream, subject) => orMake(() => jsm.direct.getMessage(stream, { last_by_subj: subject })),
    at: (stream, seq) => orMake(() => jsm.direct.getMessage(stream, { seq })),
    next: (stream, subject, seq) =>
      orMake(() => jsm.direct.getMessage(stream, { seq, next_by_subj: subject })),
    async head(space) {
      const message = await orMake(() =>
        jsm.direct.getMessage(layout.heads, { last_by_subj: layout.headSubject(space) }),
      );
      return message === null ? null : { seq: message.seq, head: headIn(message.string()) };
    },
    async fingerprint() {
      const states = await orMake(() =>
        Promise.all([jsm.streams.info(layout.flags), jsm.streams.info(layout.heads)]),
      );
      return states.map(({ created, state }) => `${created} ${state.messages === 0}`).join(' ');
    },
  };
};

export const unavailable = (error: unknown): CacheUnavailable =>
  error instanceof CacheUnavailable
    ? error
    : new CacheUnavailable(`NATS: ${error instanceof Error ? error.message : error}`);
