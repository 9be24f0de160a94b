import { useEffect, useRef, useSyncExternalStore } from 'react';

/** What the page in front can do, offered by the palette and by its key. */
export interface Command {
  readonly id: string;
  readonly label: string;
  readonly run: () => void;
}

let commands: readonly Command[] = [];
const listeners = new Set<() => void>();

const set = (next: readonly Command[]): void => {
  commands = next;
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useCommands = (): readonly Command[] => useSyncExternalStore(subscribe, () => commands);

export const runCommand = (id: string): void => commands.find((command) => command.id === id)?.run();

/** Offers a command while the component is on the screen; `run` null offers none. */
export const useCommand = (id: string, label: string, run: (() => void) | null): void => {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  const offered = run !== null;
  useEffect(() => {
    if (!offered) return;
    const command: Command = { id, label, run: () => latest.current?.() };
    set([...commands, command]);
    return () => set(commands.filter((each) => each !== command));
  }, [id, label, offered]);
};
