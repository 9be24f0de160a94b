import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';

/** A name that no other run of the tests has. */
export const unique = (): string => `halyard-test-${randomUUID().slice(0, 8)}`;

/**
 * Where a server for tests is, or null if there is none and tests may be skipped for it. In CI a missing server is a failure: the tests
 * then run and say so.
 */
export const serverUrl = async (variable: string, standard: string): Promise<string | null> => {
  const url = process.env[variable] ?? standard;
  if (process.env['CI'] === 'true' || process.env[variable] !== undefined) return url;
  return (await answers(url)) ? url : null;
};

const answers = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), timeout: 1_000 });
    const done = (up: boolean) => () => {
      socket.destroy();
      resolve(up);
    };
    socket.on('connect', done(true)).on('error', done(false)).on('timeout', done(false));
  });

export const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
