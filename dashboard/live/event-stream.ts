/** A stream that reconnects by itself within this time was never gone. */
export const GRACE_MS = 4_000;

/** `interrupted`: it broke a moment ago; `stale`: what is shown may be old. */
export type Following = 'following' | 'interrupted' | 'stale';

export interface StreamListener {
  readonly data: (data: string) => void;
  readonly state: (state: Following) => void;
  /** Something may have been missed: ask again. */
  readonly missed: () => void;
}

/** Keeps one connection to a stream of server-sent events for as long as it is not closed. Returns what closes it. */
export const openStream = (url: string, listener: StreamListener): (() => void) => {
  let grace: ReturnType<typeof setTimeout> | null = null;
  let again: ReturnType<typeof setTimeout> | null = null;
  let source: EventSource;
  const open = (): void => {
    source = new EventSource(url);
    source.onopen = () => {
      if (grace !== null) clearTimeout(grace);
      grace = null;
      listener.state('following');
    };
    source.onmessage = ({ data }) => listener.data(String(data));
    source.onerror = () => {
      if (grace === null) {
        listener.state('interrupted');
        grace = setTimeout(() => listener.state('stale'), GRACE_MS);
      }
      // EventSource reconnects by itself but for a refusal, which closes it.
      if (source.readyState !== EventSource.CLOSED) return;
      again = setTimeout(() => {
        open();
        listener.missed();
      }, GRACE_MS);
    };
  };
  open();
  return () => {
    source.close();
    if (grace !== null) clearTimeout(grace);
    if (again !== null) clearTimeout(again);
  };
};
