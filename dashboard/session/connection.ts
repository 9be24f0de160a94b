import { useSyncExternalStore } from 'react';
import { ApiError } from '../api.ts';

/** How we stand with the server, told by the calls themselves: no call, no guess. */
export type Connection = 'fine' | 'unreachable' | 'expired';

let current: Connection = 'fine';
const listeners = new Set<() => void>();

const become = (next: Connection): void => {
  if (next === current) return;
  current = next;
  for (const listener of listeners) listener();
};

/** Called with every failed call. */
export const noteFailure = (error: Error): void => {
  if (!(error instanceof ApiError)) return;
  if (error.status === 401) become('expired');
  else if (error.status === 0 && current === 'fine') become('unreachable');
};

/** Called with every call that succeeded. */
export const noteSuccess = (): void => {
  if (current === 'unreachable') become('fine');
};

/** Called when somebody signed in again. */
export const noteSignIn = (): void => become('fine');

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useConnection = (): Connection => useSyncExternalStore(subscribe, () => current);
