import type { Log } from '../api/http/setting.ts';

const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error', 'silent'];

/** JSON lines on the Worker's console, which `wrangler tail` and Workers Logs read. Levels below `level` are left out. */
export const consoleLog = (level = 'info'): Log => {
  const least = LEVELS.indexOf(level);
  const at =
    (name: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: object, message: string): void => {
      if (LEVELS.indexOf(name) < least) return;
      console[name](JSON.stringify({ level: name, ...fields, msg: message }, withErrors));
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};

const withErrors = (_: string, value: unknown): unknown =>
  value instanceof Error ? { type: value.name, message: value.message, stack: value.stack } : value;
