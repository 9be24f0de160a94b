import pg from 'pg';

const INT8 = 20;
/** A server that does not answer within this is as good as lost. */
const CONNECT_MS = 3_000;
const QUERY_MS = 15_000;
const CONNECTIONS = 16;

/** Counts and versions stay far below 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    Number(oid) === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text'),
};

const clientConfig = (url: string): pg.ClientConfig => ({
  connectionString: url,
  application_name: 'halyard',
  connectionTimeoutMillis: CONNECT_MS,
  query_timeout: QUERY_MS,
  keepAlive: true,
  types,
});

/**
 * An answered write is durable, also where the server's default is to answer earlier.
 *
 * Every query of the stores has an index in the order it asks for. The planner is told to use it, because its statistics are those of
 * a minute ago: after an import it would take a large app for a small one, and sort all of it for each page.
 */
const SESSION = `
  select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off';
  set enable_seqscan = off;
  set enable_bitmapscan = off;
  set enable_sort = off;
  set enable_hashjoin = off;
  set enable_mergejoin = off;
  set jit = off`;

export const createPool = (url: string): pg.Pool => {
  const pool = new pg.Pool({
    ...clientConfig(url),
    max: CONNECTIONS,
    onConnect: async (client) => {
      await client.query(SESSION);
    },
  });
  // A connection that breaks is replaced by the pool; without listeners it would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', () => {});
  });
  return pool;
};

/** A connection of its own, for what lives as long as a session: locks and notifications. `onLost` is called at most once. */
export const connectClient = async (url: string, onLost: () => void): Promise<pg.Client> => {
  const client = new pg.Client({ ...clientConfig(url), query_timeout: CONNECT_MS });
  let told = false;
  const lost = (): void => {
    if (!told) onLost();
    told = true;
  };
  client.on('error', lost);
  client.on('end', lost);
  await client.connect();
  return client;
};
