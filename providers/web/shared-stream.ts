/** Opens a stream whose messages are handed to `say`, and answers how to close it. */
export type Open = (say: (data: string) => void) => () => void;

/**
 * One stream for all pages of a browser that use the same name: the page that holds the lock has it, and tells the others what it
 * hears. When that page is closed, hidden or killed, the lock goes to the next. A page that has no Web Locks or may not use them
 * (plain HTTP, a sandboxed frame) has a stream of its own.
 *
 * Browsers keep at most six connections to a server that speaks HTTP/1.1: with a stream each, the seventh page would never load.
 *
 * @returns what ends this page's part
 */
export const shareStream = (name: string, open: Open, hear: (data: string) => void): (() => void) => {
  const ending = new AbortController();
  const { signal } = ending;
  let channel: BroadcastChannel | undefined;
  let close = (): void => {};
  const hold = (): Promise<void> | void => {
    if (!signal.aborted)
      return new Promise((resolve) => {
        const closeStream = open((data) => {
          channel?.postMessage(data);
          hear(data);
        });
        close = () => {
          closeStream();
          resolve();
        };
      });
  };
  try {
    navigator.locks.request(name, { signal }, hold).catch(hold);
    channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }) => hear(data);
  } catch {
    void hold();
  }
  return () => {
    ending.abort();
    close();
    channel?.close();
  };
};
