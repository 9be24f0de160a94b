import type { CacheLog } from '../port.ts';

/** The ids of tokens as they travel. */
export const usesText = (tokens: readonly string[]): string => JSON.stringify(tokens);

/** Hands what arrived to a watcher; what cannot be understood is dropped, and a watcher that throws goes on being told. */
export const tellUses = (
  text: string,
  account: string,
  onUsed: (tokens: readonly string[]) => void,
  log: CacheLog | undefined,
): void => {
  try {
    const tokens: unknown = JSON.parse(text);
    if (Array.isArray(tokens)) onUsed(tokens.filter((token) => typeof token === 'string'));
  } catch (error) {
    log?.error({ account, error: String(error) }, 'A watcher of used tokens threw; it goes on being told.');
  }
};
