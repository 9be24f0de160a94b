import { wait } from './backoff.ts';
import {
  baseUrls,
  ConfigurationEdge,
  EdgeError,
  type EdgeOptions,
  type Loaded,
  type StreamEvent,
} from './edge.ts';
import { type ChoiceOptions, EdgeChoice } from './edge-choice.ts';

type Follow = Parameters<ConfigurationEdge['follow']>;

interface Following {
  readonly revision: Follow[0];
  readonly account: Follow[1];
  readonly limits: Follow[2];
  readonly signal: AbortSignal;
  readonly onOpen: () => void;
  readonly onEvent: (event: StreamEvent) => boolean;
}

/**
 * The edges of `url`, asked as if they were one: the first that answers. While a later one is followed, those before it are tried again
 * beside it, and the stream is taken over without a gap by one that is back.
 */
export class ConfigurationEdges {
  readonly #edges: readonly ConfigurationEdge[];
  readonly #choice: EdgeChoice;

  constructor(options: EdgeOptions, choice: ChoiceOptions) {
    this.#edges = baseUrls(options).map((base) => new ConfigurationEdge(base, options));
    this.#choice = new EdgeChoice(this.#edges.length, choice);
  }

  /** As ConfigurationEdge does. */
  load(signal: AbortSignal, timeoutMs: number, etag: string | null): Promise<Loaded | null> {
    return this.#first(signal, async (edge, position) => {
      try {
        const loaded = await edge.load(signal, timeoutMs, etag);
        this.#choice.answered(position);
        return loaded;
      } catch (error) {
        throw this.#noted(error, position, signal);
      }
    });
  }

  /** As ConfigurationEdge does. */
  follow(...[revision, account, limits, signal, onOpen, onEvent]: Follow): Promise<number> {
    return this.#first(signal, (edge, position) =>
      this.#follow(edge, position, { revision, account, limits, signal, onOpen, onEvent }),
    );
  }

  /** Asks one after the other until one answers; rejects with what all of them said. */
  async #first<T>(
    signal: AbortSignal,
    ask: (edge: ConfigurationEdge, position: number) => Promise<T>,
  ): Promise<T> {
    const errors = new Map<number, EdgeError>();
    for (const position of this.#choice.order()) {
      const edge = this.#edges[position];
      if (edge === undefined) continue;
      try {
        return await ask(edge, position);
      } catch (error) {
        if (signal.aborted || !(error instanceof EdgeError)) throw error;
        errors.set(position, error);
      }
    }
    throw allOf([...errors].sort(([a], [b]) => a - b).map(([, error]) => error));
  }

  async #follow(edge: ConfigurationEdge, position: number, following: Following): Promise<number> {
    const { revision, account, limits, signal } = following;
    // The one ends this stream; the other what tries to take its place, and afterwards is in it.
    const leaving = new AbortController();
    const returning = new AbortController();
    const end = (): void => {
      leaving.abort();
      returning.abort();
    };
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    let successor: Promise<number> | null = null;
    const opened = (): void => {
      this.#choice.answered(position);
      following.onOpen();
      void this.#return(position, { ...following, signal: returning.signal }, (better) => {
        successor = better;
        leaving.abort();
      });
    };
    const heard = (event: StreamEvent): boolean => !leaving.signal.aborted && following.onEvent(event);
    const next = (received: number): Promise<number> | number =>
      successor === null ? received : successor.then((more) => received + more);
    try {
      return await next(await edge.follow(revision, account, limits, leaving.signal, opened, heard));
    } catch (error) {
      if (successor !== null) return await successor;
      throw this.#noted(error, position, signal);
    } finally {
      signal.removeEventListener('abort', end);
      returning.abort();
    }
  }

  /** Tries the edges before this one now and then; `taken` is called with the stream of the first that opens. */
  async #return(
    position: number,
    following: Following,
    taken: (stream: Promise<number>) => void,
  ): Promise<void> {
    const { signal, onOpen } = following;
    let over = position === 0;
    while (!over && !signal.aborted) {
      await wait(this.#choice.restMs(), signal);
      for (let before = 0; before < position && !over && !signal.aborted; before += 1) {
        const edge = this.#edges[before];
        if (edge === undefined) continue;
        over = await new Promise<boolean>((resolve) => {
          const stream: Promise<number> = this.#follow(edge, before, {
            ...following,
            onOpen: () => {
              // Before anything that it says is listened to.
              taken(stream);
              onOpen();
              resolve(true);
            },
          });
          stream.then(
            () => resolve(false),
            () => resolve(false),
          );
        });
      }
    }
  }

  #noted(error: unknown, position: number, signal: AbortSignal): unknown {
    if (!signal.aborted && error instanceof EdgeError) this.#choice.failed(position, error.retryAfterMs);
    return error;
  }
}

/** What all edges said, as one: a refusal is final wherever it comes from, and none is waited for longer than the first that may be asked again. */
const allOf = (errors: readonly EdgeError[]): EdgeError => {
  const problems = errors.map(({ problem }) => problem);
  const problem = (['refused', 'absent'] as const).find((each) => problems.includes(each)) ?? 'unavailable';
  return new EdgeError(
    problem,
    errors.map(({ message }) => message).join('; '),
    Math.min(...errors.map(({ retryAfterMs }) => retryAfterMs)),
  );
};
