import { exportLine } from '../../flags/view.ts';
import type { Stored } from '../../model/flag.ts';

/** Lines are gathered to pieces of this size: one write a line would cost more than the line. */
const PIECE = 64 * 1024;

const utf8 = new TextEncoder();

/**
 * Flags and segments as NDJSON, read as fast as they are sent, so that an export of any size takes little memory. A reader that takes nothing for
 * `idleMs` is cut off; whoever ends the stream, `onEnd` is called once.
 */
export const exportStream = (
  everything: AsyncIterable<Stored>,
  { idleMs, onEnd }: { readonly idleMs: number; readonly onEnd: () => void },
): ReadableStream<Uint8Array> => {
  const iterator = everything[Symbol.asyncIterator]();
  let idle: ReturnType<typeof setTimeout> | null = null;
  let ended = false;
  const end = async (): Promise<void> => {
    if (idle !== null) clearTimeout(idle);
    if (ended) return;
    ended = true;
    onEnd();
    await iterator.return?.();
  };
  const piece = async (): Promise<{ readonly text: string; readonly done: boolean }> => {
    let text = '';
    while (text.length < PIECE) {
      const next = await iterator.next();
      if (next.done === true) return { text, done: true };
      text += exportLine(next.value);
    }
    return { text, done: false };
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (idle !== null) clearTimeout(idle);
      try {
        const { text, done } = await piece();
        if (ended) return;
        if (text !== '') controller.enqueue(utf8.encode(text));
        if (done) {
          controller.close();
          await end();
          return;
        }
      } catch (error) {
        await end();
        throw error;
      }
      idle = setTimeout(() => {
        controller.error(new Error('The reader does not read.'));
        void end();
      }, idleMs);
    },
    cancel: end,
  });
};
