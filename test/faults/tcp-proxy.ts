import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Stands between a client and a server, and does to the connection what networks do. */
export interface TcpProxy {
  readonly port: number;
  /** Connections break, and new ones are refused right away. */
  cut(): void;
  /** Connections stay, but nothing comes through any more, in either direction: no end, no error. */
  swallow(): void;
  /** The server's side is closed; what the client sends is still taken. */
  halfClose(): void;
  heal(): void;
  close(): Promise<void>;
}

export const startProxy = async (to: number): Promise<TcpProxy> => {
  let state: 'open' | 'cut' | 'swallow' = 'open';
  const pairs = new Set<readonly [client: Socket, server: Socket]>();

  const listener = createServer({ allowHalfOpen: true }, (client) => {
    if (state === 'cut') {
      client.destroy();
      return;
    }
    const server = connect({ port: to, host: '127.0.0.1', allowHalfOpen: true });
    const pair = [client, server] as const;
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    client.on('data', (bytes) => state === 'swallow' || server.write(bytes));
    server.on('data', (bytes) => state === 'swallow' || client.write(bytes));
    for (const socket of pair) socket.on('error', end).on('close', end);
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');

  const breakAll = (): void => {
    for (const [client, server] of pairs) {
      client.destroy();
      server.destroy();
    }
    pairs.clear();
  };

  return {
    port: address.port,
    cut() {
      state = 'cut';
      breakAll();
    },
    swallow() {
      state = 'swallow';
    },
    halfClose() {
      for (const [client] of pairs) client.end();
    },
    heal() {
      // Bytes were lost on the connections that are still there: no network mends that.
      if (state === 'swallow') breakAll();
      state = 'open';
    },
    async close() {
      breakAll();
      listener.close();
    },
  };
};
