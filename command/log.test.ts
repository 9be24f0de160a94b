import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('a password in an error of a driver never reaches the log', () => {
  const program = `
    import { createLog } from '${join(import.meta.dirname, 'log.ts')}';
    const log = createLog('info');
    const error = Object.assign(new TypeError('Invalid URL'), { input: 'redis://:hunter2@cache:6379' });
    log.error({ err: error, url: 'postgres://root:hunter2@db/x' }, 'lost nats://a:hunter2@bus');
  `;
  const { stderr } = spawnSync(
    process.execPath,
    ['--conditions=halyard-source', '--input-type=module', '-e', program],
    { encoding: 'utf8', cwd: import.meta.dirname },
  );
  expect(stderr).toContain('Invalid URL');
  expect(stderr).toContain('postgres://root:…@db/x');
  expect(stderr).not.toContain('hunter2');
});
