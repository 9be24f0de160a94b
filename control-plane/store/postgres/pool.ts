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

/** An answered write is durable, also where the server's default is to answer earlier. */
const DURABLE =
  "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'";

export const createPool = (url: string): pg.Pool => {
  const pool = new pg.Pool({
    ...clientConfig(url),
    max: CONNECTIONS,
    onConnect: async (client) => {
      await client.query(DURABLE);
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
