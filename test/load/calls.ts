import { Agent, request } from 'node:http';

/** Connections kept open and shared by all calls of a benchmark. */
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** One call with its answer's text; rejects unless it is 2xx. */
export const ask = (
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const asked = request(
      url,
      { method, agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part) => {
          text += part;
        });
        answer.on('end', () =>
          answer.statusCode !== undefined && answer.statusCode < 300
            ? resolve(text)
            : reject(new Error(`${answer.statusCode}: ${text}`)),
        );
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });

/** A POST whose answer is thrown away unread; rejects unless it is 2xx. */
export const send = (url: string, headers: Readonly<Record<string, string>>, body: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const asked = request(
      url,
      { method: 'POST', agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (answer) => {
        answer
          .resume()
          .on('end', () =>
            answer.statusCode === 200 ? resolve() : reject(new Error(`${answer.statusCode}`)),
          );
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });

export const hangUp = (): void => agent.destroy();

/** The value below which this share of them lies. */
export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ??
  Number.NaN;

/** What the calls of the benchmarks answer. */
interface Result {
  readonly id: string;
  readonly secret: string;
  readonly app_version: number;
}

export type Management = (method: string, path: string, body: unknown) => Promise<Result>;

/** A control plane's management API. A text as `body` is sent as NDJSON. */
export const managementOf = (url: string, token: string): Management => {
  const base = `${url}/client/v4/accounts/default/flagship`;
  return async (method, path, body) => {
    const [type, text] =
      typeof body === 'string' ? ['application/x-ndjson', body] : ['application/json', JSON.stringify(body)];
    const headers = { authorization: `Bearer ${token}`, 'content-type': type };
    return JSON.parse(await ask(`${base}${path}`, method, headers, text)).result;
  };
};
