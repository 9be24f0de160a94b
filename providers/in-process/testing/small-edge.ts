import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a test makes the edge behave: `down` accepts no connection, `hang` never answers, `garbage` answers something else. */
export type Mood = 'well' | 'hang' | 'garbage' | { readonly status: number; readonly headers?: object };

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/**
 * A real HTTP server that speaks the configuration stream and OFREP bulk evaluation, and can be made to fail in every way a test
 * wants to see. It evaluates nothing: bulk answers are what `bulk` returns.
 */
export class SmallEdge {
  static readonly TOKEN = 'hly_right';

  readonly seen: Seen[] = [];
  token = SmallEdge.TOKEN;
  account = 'default';
  app = 'shop';
  version = 1;
  flags: Record<string, unknown> = {};
  segments: Record<string, unknown> = {};
  config: Mood = 'well';
  stream: Mood = 'well';
  ofrep: Mood = 'well';
  noticeMood: Mood = 'well';
  report: Mood = 'well';
  /** What was reported, each time that it came. */
  readonly reports: unknown[] = [];
  /** How much of the past a stream can resume from. */
  history = Number.POSITIVE_INFINITY;
  /** What a stream says as soon as it opens. */
  hello = ': hello\n\n';
  /** Streams open and nothing is said on them. */
  mute = false;
  bulk: (context: Record<string, unknown>) => unknown[] = () => [];
  one: (key: string, context: Record<string, unknown>) => { status: number; body: unknown } = () => ({
    status: 404,
    body: { errorCode: 'FLAG_NOT_FOUND' },
  });
  eventStreams: unknown[] | undefined;
  #server: Server | null = null;
  #port = 0;
  readonly #streams = new Set<ServerResponse>();
  readonly #notices = new Set<ServerResponse>();
  readonly #changes: { version: number; changes: object[] }[] = [];

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Configuration streams that are open now. */
  get streams(): number {
    return this.#streams.size;
  }

  get notices(): number {
    return this.#notices.size;
  }

  connections(): Promise<number> {
    return new Promise((resolve) => {
      if (this.#server === null) resolve(0);
      else this.#server.getConnections((_error, count) => resolve(count));
    });
  }

  /** Listens on a free port, after `stop` on the same one again. */
  async start(): Promise<this> {
    const server = createServer((request, response) => void this.#answer(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    return this;
  }

  /** Dies as by SIGKILL: every connection is cut. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    this.#streams.clear();
    this.#notices.clear();
  }

  commit(changes: Record<string, unknown>): void {
    put(this.flags, changes);
    this.#publish(Object.entries(changes).map(([key, flag]) => ({ key, flag })));
  }

  commitSegments(changes: Record<string, unknown>): void {
    put(this.segments, changes);
    this.#publish(Object.entries(changes).map(([key, segment]) => ({ kind: 'segment', key, segment })));
  }

  #publish(changes: object[]): void {
    this.version += 1;
    const change = { version: this.version, changes };
    this.#changes.push(change);
    for (const stream of this.#streams) send(stream, 'change', change);
    this.notice();
  }

  notice(): void {
    for (const stream of this.#notices)
      stream.write(`id: ${this.version}\ndata: {"type":"refetchEvaluation","etag":"${this.version}"}\n\n`);
  }

  /** Writes these bytes on every open stream. */
  say(text: string): void {
    for (const stream of this.#streams) stream.write(text);
  }

  sayNotice(text: string): void {
    for (const stream of this.#notices) stream.write(text);
  }

  endStreams(): void {
    for (const stream of [...this.#streams, ...this.#notices]) stream.end();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const piece of request) body += String(piece);
    const url = request.url ?? '/';
    this.seen.push({ method: request.method ?? '', url, headers: request.headers, body });
    response.on('error', () => {});
    const path = new URL(url, this.url).pathname;
    if (path === '/notices') {
      if (misbehaves(this.noticeMood, response)) return;
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Access-Control-Allow-Origin': '*' });
      response.write(':\n\n');
      this.#notices.add(response);
      response.on('close', () => this.#notices.delete(response));
      return;
    }
    const secret = request.headers.authorization?.replace('Bearer ', '');
    if (secret !== this.token) {
      reply(response, 401, { errorCode: 'GENERAL' });
      return;
    }
    const rest = path.startsWith(`/apps/${this.app}/`) ? path.slice(`/apps/${this.app}`.length) : path;
    if (rest === '/report') {
      if (misbehaves(this.report, response)) return;
      this.reports.push(JSON.parse(body));
      response.writeHead(204).end();
      return;
    }
    if (rest === '/config') {
      this.#config(request, response);
      return;
    }
    if (rest === '/stream') {
      this.#stream(request, response);
      return;
    }
    const flags = '/ofrep/v1/evaluate/flags';
    if (!rest.startsWith(flags)) {
      reply(response, 404, {});
      return;
    }
    if (misbehaves(this.ofrep, response)) return;
    const { context } = JSON.parse(body) as { context: Record<string, unknown> };
    if (rest === flags) {
      const answer = { flags: this.bulk(context), eventStreams: this.eventStreams };
      const etag = `"${this.version}/${JSON.stringify([context, answer.flags]).length}"`;
      if (request.headers['if-none-match'] === etag) {
        reply(response, 304, null);
        return;
      }
      reply(response, 200, answer, { ETag: etag });
      return;
    }
    const { status, body: answer } = this.one(decodeURIComponent(rest.slice(flags.length + 1)), context);
    reply(response, status, answer);
    return;
  }

  #config(request: IncomingMessage, response: ServerResponse): void {
    if (misbehaves(this.config, response)) return;
    const etag = `"${this.version}"`;
    if (request.headers['if-none-match'] === etag) {
      reply(response, 304, null);
      return;
    }
    const { account, app, version, flags, segments } = this;
    reply(response, 200, { account, app, version, flags, segments }, { ETag: etag });
  }

  #stream(request: IncomingMessage, response: ServerResponse): void {
    if (misbehaves(this.stream, response)) return;
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.flushHeaders();
    if (this.hello !== '') response.write(this.hello);
    if (this.mute) return;
    const last = request.headers['last-event-id'];
    const from = last === undefined ? Number.NaN : Number(last);
    const missed = this.#changes.filter(({ version }) => version > from);
    const resumable = from >= 0 && missed.length === this.version - from && missed.length <= this.history;
    if (resumable) for (const change of missed) send(response, 'change', change);
    else {
      const { account, app, version, flags, segments } = this;
      const snapshot = { account, app, version, flags, segments };
      send(response, 'snapshot', snapshot);
    }
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
  }
}

const put = (all: Record<string, unknown>, changes: Record<string, unknown>): void => {
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete all[key];
    else all[key] = value;
  }
};

const reply = (response: ServerResponse, status: number, body: unknown, headers: object = {}): void => {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(body === null ? undefined : JSON.stringify(body));
};

const send = (response: ServerResponse, type: string, data: { readonly version: number } & object): void => {
  response.write(`id: ${data.version}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
};

const misbehaves = (mood: Mood, response: ServerResponse): boolean => {
  if (mood === 'well') return false;
  if (mood === 'garbage') {
    response.writeHead(200, { 'Content-Type': 'text/html' });
    response.end('<html>Please sign in to the hotel’s network</html>');
  } else if (mood !== 'hang') {
    reply(response, mood.status, { errorCode: 'GENERAL' }, mood.headers);
  }
  return true;
};
