import { useHotkeys } from '@mantine/hooks';

/** Inputs that are pressed or dragged, not typed into: a switch that has the focus takes no letter. */
const PRESSED = new Set(['button', 'checkbox', 'radio', 'range', 'submit', 'reset', 'file']);

const isTyping = (target: EventTarget | null): boolean => {
  if (target instanceof HTMLInputElement) return !PRESSED.has(target.type);
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLElement && target.isContentEditable)
  );
};

/** Keys of the whole page, in Mantine's notation; they rest while one types. */
export const useShortcuts = (shortcuts: readonly (readonly [string, () => void])[]): void =>
  useHotkeys(
    shortcuts.map(([keys, run]) => [
      keys,
      (event) => {
        if (isTyping(event.target)) return;
        event.preventDefault();
        run();
      },
      { preventDefault: false },
    ]),
    [],
  );
