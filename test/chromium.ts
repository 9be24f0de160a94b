import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const onPath = (): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((file) => existsSync(file));

const downloaded = (): string | undefined => {
  const file = chromium.executablePath();
  return file !== '' && existsSync(file) ? file : undefined;
};

const run = (command: string, ...parameters: string[]): boolean =>
  spawnSync(command, parameters, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: 300_000,
  }).status === 0;

const LOCK = join(tmpdir(), 'halyard-installs-chromium');

/** One process installs, the others wait for it; a lock left by a killed one is taken over after ten minutes. */
const alone = async <T>(work: () => T): Promise<T> => {
  for (;;) {
    try {
      mkdirSync(LOCK);
      break;
    } catch {
      const age = existsSync(LOCK) ? Date.now() - statSync(LOCK).mtimeMs : 0;
      if (age > 600_000) rmSync(LOCK, { recursive: true, force: true });
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  try {
    return work();
  } finally {
    rmSync(LOCK, { recursive: true, force: true });
  }
};

/** The path of a Chromium: one on the PATH, else Playwright's own download, else Debian's package when root. */
export const findChromium = async (): Promise<string> => {
  const present = onPath() ?? downloaded();
  if (present !== undefined) return present;
  return alone(() => {
    const meanwhile = onPath() ?? downloaded();
    if (meanwhile !== undefined) return meanwhile;
    const cli = join(
      dirname(createRequire(import.meta.url).resolve('playwright-core/package.json')),
      'cli.js',
    );
    if (run(process.execPath, cli, 'install', 'chromium')) {
      const file = downloaded();
      if (file !== undefined) return file;
    }
    if (
      process.getuid?.() === 0 &&
      run('apt-get', 'update', '-qq') &&
      run('apt-get', 'install', '-y', '-qq', 'chromium')
    ) {
      const file = onPath();
      if (file !== undefined) return file;
    }
    throw new Error(
      'There is no Chromium: put one on the PATH, or run `npx playwright-core install chromium`.',
    );
  });
};

/** A headless Chromium that asks nothing of the network but what a test asks of it. */
export const launchChromium = async (): Promise<Browser> =>
  chromium.launch({
    executablePath: await findChromium(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
