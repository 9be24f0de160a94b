#!/usr/bin/env -S node --conditions=halyard-source
/** The command: reads what is asked, runs it, and stops when told. */
import './command/node-version.js';
import { enableCompileCache } from 'node:module';
import { constants } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { withoutPasswords } from '@halyard/caches/without-password';
import { nearest } from '@halyard/control-plane/nearest';
import { Problem } from '@halyard/control-plane/problem';
import type { Logger } from 'pino';
import { parseCommand, UsageError } from './command/command-line.ts';
import { helpOf } from './command/help.ts';
import { CannotStart } from './command/listen.ts';
import { createLog } from './command/log.ts';
import { readSettings, SettingsError } from './command/settings.ts';
import { type Close, startEdge, startWriter, VERSION } from './command/start.ts';

/** Beside this file, in the source and in the package. */
const DASHBOARD = join(import.meta.dirname, 'dashboard', 'dist');

const run = async (): Promise<void> => {
  // Parsed and compiled modules are kept for the next start, which is then about twice as fast.
  enableCompileCache();
  const command = parseCommand(process.argv.slice(2), nearest);
  if (command.name === 'help') return console.log(helpOf(command.words[0]));
  if (command.name === 'version') return console.log(VERSION);
  const settings = readSettings(process.env, command.settings, nearest);
  const log = createLog(settings.log);
  switch (command.name) {
    case 'start':
      return untilStopped(startWriter(settings, command, log, { dashboard: DASHBOARD, withEdge: true }), log);
    case 'control-plane':
      return untilStopped(
        startWriter(settings, command, log, { dashboard: DASHBOARD, withEdge: false }),
        log,
      );
    case 'edge':
      return untilStopped(startEdge(settings, command, log), log);
    default:
      console.log(await (await import('./command/operations.ts')).operate(command, settings, log));
  }
};

/** Ends cleanly on the first signal; a second one is obeyed at once, and so is one that comes before everything has started. */
const untilStopped = async (starting: Promise<Close>, log: Logger): Promise<void> => {
  let close: Close | null = null;
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    // Said outright: the first process of a container is not ended by a signal that it does not take.
    if (close === null) process.exit(128 + constants.signals[signal]);
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'Stopping: answers under way are finished.');
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'Stopping failed.');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  close = await starting;
};

run().catch((error: unknown) => {
  if (error instanceof UsageError) {
    console.error(error.message);
    process.exit(error.exitCode);
  }
  if (error instanceof SettingsError || error instanceof CannotStart) {
    console.error(error.message);
    process.exit(2);
  }
  if (error instanceof Problem) {
    console.error(withoutPasswords(error.message));
    process.exit(error.kind === 'unavailable' || error.kind === 'invalid' ? 2 : 1);
  }
  console.error(withoutPasswords(inspect(error)));
  process.exit(1);
});
