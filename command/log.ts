import { withoutPasswords } from '@halyard/caches/without-password';
import pino, { type Logger } from 'pino';
import pretty from 'pino-pretty';
import type { LogLevel } from './settings.ts';

/**
 * Logs go to standard error, one JSON object a line, or readable lines on a terminal; what a person asked to see goes to standard
 * output. Nobody logs a secret; these paths are a net under that rule.
 */
export const createLog = (level: LogLevel): Logger => {
  const options = {
    level,
    base: null,
    // Drivers put the URL they were given into their errors.
    hooks: { streamWrite: withoutPasswords },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: [
      'authorization',
      'token',
      'secret',
      'cookie',
      '*.authorization',
      '*.token',
      '*.secret',
      '*.cookie',
    ],
  };
  return process.stderr.isTTY
    ? pino(options, pretty({ destination: 2, sync: true, translateTime: 'HH:MM:ss.l' }))
    : pino(options, pino.destination({ dest: 2, sync: false }));
};
