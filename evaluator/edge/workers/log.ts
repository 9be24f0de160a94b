import type { Log } from '../options.ts';

const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error', 'silent'];

/** JSON lines on the Worker's console, for `wrangler tail` and Workers Logs. Levels below `level` are left out. */
export const consoleLog = (level: string): Log => {
  const least = LEVELS.indexOf(level);
  const at =
    (name: keyof Log) =>
    (fields: object, message: string): void => {
      if (LEVELS.indexOf(name) >= least)
        console[name](JSON.stringify({ level: name, ...fields, msg: message }));
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};
