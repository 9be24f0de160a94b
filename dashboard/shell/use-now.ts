import { useSyncExternalStore } from 'react';

/** Often enough that "just now" is never said of what is minutes old. */
const TICK_MS = 15_000;

let now = Date.now();
let timer: ReturnType<typeof setInterval> | null = null;
const listeners = new Set<() => void>();

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  now = Date.now();
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
};

/** The present, in epoch milliseconds; goes on by itself, one timer for the whole page. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now);
