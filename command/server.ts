import { ApiError, type Client, createClient } from '@halyard/control-plane/client';
import { UsageError } from './command-line.ts';
import type { Settings } from './settings.ts';

/** What is missing in the settings for asking a server, one sentence each. */
export const missingForServer = (
  { url, token }: Settings,
  permission: 'read' | 'write' = 'read',
): readonly string[] => [
  ...(url === null
    ? ['HALYARD_URL is missing; set it to where the control plane is, such as http://127.0.0.1:4280.']
    : []),
  ...(token === null
    ? [`HALYARD_TOKEN is missing; set it to a token with the permission ${permission}.`]
    : []),
];

/** Asks the server of HALYARD_URL with HALYARD_TOKEN. Rejects with a `UsageError` where these are missing, or it refuses or cannot be reached. */
export const askServer = async <T>(settings: Settings, work: (client: Client) => Promise<T>): Promise<T> => {
  const { url, token, account } = settings;
  if (url === null || token === null) throw new UsageError(missingForServer(settings).join('\n'));
  try {
    return await work(createClient({ baseUrl: url, account, token }));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new UsageError(
      error.status === 0
        ? `${url} cannot be reached; check HALYARD_URL.`
        : `${url} refused: ${error.message}`,
    );
  }
};

/** By id or name. Rejects with a `UsageError` where there is none. */
export const appNamed = async (client: Client, { account }: Settings, app: string): Promise<App> => {
  const found = (await client.listApps()).find(({ id, name }) => id === app || name === app);
  if (found === undefined) throw new UsageError(`There is no app "${app}" in the account "${account}".`);
  return found;
};

type App = Awaited<ReturnType<Client['listApps']>>[number];

/** Every item of a list that the server answers in pages. */
export const everyPage = async function* <T>(
  page: (query: { readonly limit: number; readonly cursor?: string }) => Promise<{
    readonly items: readonly T[];
    readonly cursor: string | null;
  }>,
): AsyncGenerator<T> {
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const next = await page({ limit: 200, ...(cursor === undefined ? {} : { cursor }) });
    yield* next.items;
    cursor = next.cursor;
  }
};
