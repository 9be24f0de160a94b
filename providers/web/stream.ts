import type { BulkAnswer } from './bulk.ts';

/** As much of an EventSource as is used here. */
export interface NoticeStream {
  readonly readyState: number;
  onopen: ((event: Event) => unknown) | null;
  onmessage: ((event: MessageEvent) => unknown) | null;
  onerror: ((event: Event) => unknown) | null;
  close(): void;
}

export type NoticeStreamClass = new (url: string) => NoticeStream;

/** `EventSource.CLOSED`: the browser will not try again by itself. */
const CLOSED = 2;

/**
 * Opens the stream of notices that a bulk answer names; null where it names none. The browser reconnects by itself;
 * `onTrouble` is called each time the connection is lost, with whether the browser has given up.
 *
 * @param onNotice what to do at a notice, with its `etag` if it has one
 */
export const openStream = (
  EventSourceClass: NoticeStreamClass,
  { eventStreams }: BulkAnswer,
  base: string,
  onOpen: () => void,
  onNotice: (etag?: string) => void,
  onTrouble: (gaveUp: boolean) => void,
): NoticeStream | null => {
  const { url, endpoint } = eventStreams?.find(({ type }) => type === 'sse') ?? {};
  const address =
    url ??
    (endpoint &&
      new URL(endpoint.requestUri, new URL(endpoint.origin ?? base, globalThis.location?.href)).href);
  if (!address) return null;
  const stream = new EventSourceClass(address);
  stream.onopen = onOpen;
  stream.onmessage = ({ data }) => {
    try {
      const { type, etag } = JSON.parse(data);
      if (type === 'refetchEvaluation') onNotice(etag);
    } catch {
      // Not for us.
    }
  };
  stream.onerror = () => onTrouble(stream.readyState === CLOSED);
  return stream;
};
