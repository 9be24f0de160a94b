import { WorkerEntrypoint } from 'cloudflare:workers';

interface Call {
  readonly binding: string;
  readonly method: string;
  readonly args: readonly unknown[];
}

type Binding = Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>;

/** What JSON cannot say, for arguments that a Worker may pass all the same. */
const revived = (_: string, value: unknown): unknown => {
  if (typeof value !== 'string' || !value.startsWith('$')) return value;
  if (value === '$undefined') return undefined;
  if (value === '$now') return new Date(0);
  return BigInt(value.slice(1));
};

/** Calls a binding's method as it is told, and says what came back. */
export default {
  async fetch(request: Request, env: Readonly<Record<string, Binding>>): Promise<Response> {
    const call: Call = JSON.parse(await request.text());
    const args: unknown[] = JSON.parse(JSON.stringify(call.args), revived);
    const answer = await env[call.binding]?.[call.method]?.(...args);
    return Response.json(answer === undefined ? '$undefined' : answer);
  },
};

let down = false;
let past: Map<string, unknown> | null = null;

/** A KV namespace in front of a real one, whose location can be cut off, or left behind. */
export class FlakyKv extends WorkerEntrypoint<{ readonly KV: Binding }> {
  async get(key: string, options: unknown): Promise<unknown> {
    if (down) throw new Error('KV GET failed: 503');
    if (past?.has(key)) return past.get(key);
    const answer = await this.env.KV['get']?.(key, options);
    past?.set(key, answer);
    return answer;
  }

  /** From now on, what was read once is answered again, as a location does for half a minute. */
  async freeze(): Promise<void> {
    past = new Map();
  }

  async cut(isDown: boolean): Promise<void> {
    down = isDown;
  }
}
