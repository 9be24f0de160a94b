/** What the stores use of a Durable Object's storage (https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/). */
export interface ObjectStorage {
  readonly sql: {
    exec(query: string, ...bindings: readonly unknown[]): ObjectCursor;
  };
  /** Holds back everything else that arrives at the object until the closure has ended; a throw rolls back. */
  transaction<T>(closure: () => Promise<T>): Promise<T>;
}

export interface ObjectCursor {
  toArray(): readonly Readonly<Record<string, unknown>>[];
  /** Index entries are counted too. */
  readonly rowsWritten: number;
}

/** Bound parameters a statement (https://developers.cloudflare.com/durable-objects/platform/limits/, as the next one). */
export const PARAMETERS = 100;

/** UTF-8 bytes that one text is kept below: a row with everything in it holds at most 2 MB. */
export const TEXT_BYTES = 1_500_000;
