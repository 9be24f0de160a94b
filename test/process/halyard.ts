import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** A port nobody listens on now, for processes that must come back on the same one. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(),
      );
    });
  });

/** The environment without anything that would configure Halyard or tell the parent's test runner. */
const cleanEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && !/^(HALYARD_|VITEST|NODE_OPTIONS$|NODE_ENV$)/.test(entry[0]),
    ),
  );

export interface Started {
  readonly process: ChildProcess;
  /** Everything printed so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves with the match when standard output matches; rejects when the process ends first, or after thirty seconds. */
  printed(pattern: RegExp): Promise<RegExpMatchArray>;
  /** Resolves with the exit code, or the signal's name. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  kill(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

/** Starts a Node program of this repository as its own process. */
export const startNode = (
  file: string,
  parameters: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Started =>
  startCommand(process.execPath, ['--conditions=halyard-source', join(ROOT, file), ...parameters], options);

/** Starts any program as its own process. */
export const startCommand = (
  command: string,
  parameters: readonly string[],
  options: {
    readonly cwd: string;
    readonly env?: Readonly<Record<string, string>>;
    /** Signals go to the program and all that it started, as a terminal sends them. */
    readonly group?: boolean;
  },
): Started => {
  const child = spawn(command, parameters, {
    cwd: options.cwd,
    env: { ...cleanEnvironment(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: options.group === true,
  });
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  child.stdout.on('data', (data) => {
    stdout += String(data);
    for (const watcher of watchers) watcher();
  });
  child.stderr.on('data', (data) => {
    stderr += String(data);
  });
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  return {
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const finish = (act: () => void): void => {
          clearTimeout(timer);
          watchers.delete(look);
          act();
        };
        const told = (): string => `stdout:\n${stdout}\nstderr:\n${stderr}`;
        const look = (): void => {
          const match = stdout.match(pattern);
          if (match !== null) finish(() => resolve(match));
        };
        const timer = setTimeout(
          () => finish(() => reject(new Error(`${command} did not print ${pattern} in 30 s.\n${told()}`))),
          30_000,
        );
        watchers.add(look);
        void ended.then((code) =>
          finish(() => reject(new Error(`${command} ended with ${code}.\n${told()}`))),
        );
        look();
      }),
    kill: (signal) => {
      if (options.group === true && child.pid !== undefined) process.kill(-child.pid, signal);
      else child.kill(signal);
      return ended;
    },
  };
};

export const startHalyard = (
  parameters: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Started => startNode('halyard.ts', parameters, options);

/** Asks again until the answer is right; the benchmark judges speed, a test only that it comes. Returns how long it took. */
export const eventually = async (what: string, look: () => Promise<boolean>): Promise<number> => {
  const from = performance.now();
  let last: unknown = 'it was never true';
  while (performance.now() - from < 10_000) {
    try {
      if (await look()) {
        const ms = Math.round(performance.now() - from);
        console.log(`${what}: after ${ms} ms`);
        return ms;
      }
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${what}: not within 10 s (${String(last)})`);
};
