import type { InProcessOptions } from './in-process.ts';
import { checkOptions, type Expectation, edgeExpectations, LEAST_POLL_MS, milliseconds } from './options.ts';

const aFunction: Expectation = ['a function', (value) => typeof value === 'function'];

/** What whoever evaluates in its own process must be given. */
export const IN_PROCESS_EXPECTATIONS: Readonly<Record<string, Expectation>> = {
  ...edgeExpectations(/^https?:\/\/./),
  file: ['the path of a file', (value) => typeof value === 'string' && value !== ''],
  startTimeoutMs: milliseconds(0),
  pollMs: milliseconds(LEAST_POLL_MS),
  idleMs: milliseconds(1),
  observe: ['true or false', (value) => typeof value === 'boolean'],
  fetch: aFunction,
  now: aFunction,
  random: aFunction,
  log: [
    'an object with the functions debug, info, warn and error',
    (value) =>
      ['debug', 'info', 'warn', 'error'].every((level) => typeof Object(value)[level] === 'function'),
  ],
};

/** Throws a TypeError that lists every mistake. */
export const checkInProcessOptions = (maker: string, options: InProcessOptions): void =>
  checkOptions(maker, options, IN_PROCESS_EXPECTATIONS);
