import { useSyncExternalStore } from 'react';
import type { Following } from './event-stream.ts';

/** Whether changes by others reach this tab at once. */
let current: Following = 'following';
const listeners = new Set<() => void>();

export const setFollowing = (next: Following): void => {
  if (next === current) return;
  current = next;
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useFollowing = (): Following => useSyncExternalStore(subscribe, () => current);
