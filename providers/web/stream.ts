import type { BulkAnswer } from './bulk.ts';

/** As much of an EventSource as is used here. */
export interface NoticeStream {
  onopen: ((event: Event) => unknown) | null;
  onmessage: ((event: MessageEvent) => unknown) | null;
  onerror: ((event: Event) => unknown) | null;
  close(): void;
}

export type NoticeStreamClass = new (url: string) => NoticeStream;

/** The address of the stream of notices that a bulk answer names; undefined where it names none. */
export const streamAddress = ({ eventStreams }: BulkAnswer, base: string): string | undefined => {
  const { url, endpoint } = eventStreams?.find(({ type }) => type === 'sse') ?? {};
  return (
    url ??
    (endpoint &&
      new URL(endpoint.requestUri, new URL(endpoint.origin ?? base, globalThis.location?.href)).href)
  );
};
