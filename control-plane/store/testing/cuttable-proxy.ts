import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy for tests that can be cut like a cable. */
export interface CuttableProxy {
  /** The database's URL by way of the proxy. */
  readonly url: string;
  /** Ends every connection and refuses new ones. */
  cut(): void;
  mend(): void;
  /** Passes nothing on any more and closes nothing, as a machine that lost its power does. */
  freeze(): void;
  /** Cuts one connection when it sends COMMIT: before the server has it, or when the server has answered. */
  cutNextCommit(when: 'before' | 'after'): void;
  close(): Promise<void>;
}

/** How the text of a query ends that commits: a zero ends texts in PostgreSQL's protocol. */
const COMMIT = Buffer.from('commit\0', 'latin1');

export const openProxy = async (target: string): Promise<CuttableProxy> => {
  const url = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  let open = true;
  let frozen = false;
  let plan: 'before' | 'after' | null = null;
  const server = createServer((client) => {
    if (!open) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(url.port || 5432), url.hostname);
    const pair = [client, upstream] as const;
    pairs.add(pair);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
      pairs.delete(pair);
    };
    let deaf = false;
    client.on('data', (data: Buffer) => {
      if (frozen) return;
      if (plan !== null && data.includes(COMMIT)) {
        const when = plan;
        plan = null;
        if (when === 'before') return end();
        deaf = true;
      }
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (frozen) return;
      if (deaf) end();
      else client.write(data);
    });
    for (const socket of pair) {
      socket.on('close', () => frozen || end());
      socket.on('error', () => frozen || end());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const proxied = new URL(target);
  proxied.host = `127.0.0.1:${port}`;
  const cut = (): void => {
    open = false;
    for (const [client, upstream] of pairs) {
      client.destroy();
      upstream.destroy();
    }
  };
  return {
    url: proxied.href,
    cut,
    mend() {
      open = true;
    },
    freeze() {
      frozen = true;
    },
    cutNextCommit(when) {
      plan = when;
    },
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
