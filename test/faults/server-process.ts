import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A Redis or NATS of the test's own, on a port and a directory of its own. */
export interface ServerProcess {
  readonly port: number;
  kill(): Promise<void>;
  /** Comes back with what it had on disk, or with nothing. */
  restart(data: 'kept' | 'lost'): Promise<void>;
  pause(): void;
  resume(): void;
  /** Ends it and removes its directory. */
  end(): Promise<void>;
}

export type Technology = 'redis' | 'nats';

const COMMANDS: Readonly<Record<Technology, (port: number, directory: string) => [string, string[]]>> = {
  redis: (port, directory) => [
    'redis-server',
    ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', directory, '--appendonly', 'yes', '--save', ''],
  ],
  nats: (port, directory) => ['nats-server', ['-a', '127.0.0.1', '-p', `${port}`, '-js', '-sd', directory]],
};

export const startServer = async (technology: Technology): Promise<ServerProcess> => {
  const port = await freePort();
  let directory = await mkdtemp(join(tmpdir(), `halyard-${technology}-`));
  let child: ChildProcess | null = null;

  const start = async (): Promise<void> => {
    const [command, args] = COMMANDS[technology](port, directory);
    child = spawn(command, args, { stdio: 'ignore' });
    await waitFor(() => answers(port), `${command} on port ${port}`);
  };
  const kill = async (): Promise<void> => {
    const dying = child;
    child = null;
    if (dying === null || dying.exitCode !== null) return;
    const gone = once(dying, 'exit');
    dying.kill('SIGKILL');
    await gone;
  };

  await start();
  return {
    port,
    kill,
    async restart(data) {
      await kill();
      if (data === 'lost') {
        await rm(directory, { recursive: true });
        directory = await mkdtemp(join(tmpdir(), `halyard-${technology}-`));
      }
      await start();
    },
    pause: () => child?.kill('SIGSTOP'),
    resume: () => child?.kill('SIGCONT'),
    async end() {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('The listener has no port.');
  return address.port;
};

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

/** Waits 10 s unless told otherwise. Answers how many milliseconds it took. */
export const waitFor = async (
  condition: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 10_000,
): Promise<number> => {
  const began = performance.now();
  while (!(await condition())) {
    if (performance.now() - began > withinMs) throw new Error(`Waited ${withinMs} ms in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return Math.round(performance.now() - began);
};
