import { ServerSentEventReader } from '../../in-process/server-sent-events.ts';
import type { NoticeStream } from '../stream.ts';

/** As much of EventSource as the provider uses, for tests on a runtime that has none. */
export class FetchedEventSource implements NoticeStream {
  readyState = 0;
  onopen: ((event: Event) => unknown) | null = null;
  onmessage: ((event: MessageEvent) => unknown) | null = null;
  onerror: ((event: Event) => unknown) | null = null;
  readonly #closing = new AbortController();

  constructor(url: string) {
    void this.#run(url);
  }

  close(): void {
    this.readyState = 2;
    this.#closing.abort();
  }

  async #run(url: string): Promise<void> {
    while (this.readyState !== 2) {
      try {
        const response = await fetch(url, { signal: this.#closing.signal });
        if (response.status !== 200 || response.body === null) {
          this.readyState = 2;
          this.onerror?.(new Event('error'));
          return;
        }
        this.readyState = 1;
        this.onopen?.(new Event('open'));
        const reader = new ServerSentEventReader(({ data, id }) =>
          this.onmessage?.(new MessageEvent('message', { data, lastEventId: id })),
        );
        const decoder = new TextDecoder();
        for await (const bytes of response.body) reader.read(decoder.decode(bytes, { stream: true }));
      } catch {
        // As in a browser: a lost connection is an error event, and another try.
      }
      if (this.#closing.signal.aborted) return;
      this.readyState = 0;
      this.onerror?.(new Event('error'));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
