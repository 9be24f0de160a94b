import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Started, startHalyard } from '../process/halyard.ts';

const running: Started[] = [];
const halyard = (
  parameters: readonly string[],
  env: Record<string, string> = {},
  cwd = directory(),
): Started => {
  const started = startHalyard(parameters, { cwd, env });
  running.push(started);
  return started;
};
const directory = (): string => mkdtempSync(join(tmpdir(), 'halyard-start-'));

afterEach(async () => {
  for (const started of running.splice(0)) await started.kill('SIGKILL');
});

describe('the first start', () => {
  test('prints a sign-in link, the admin token and a curl that works when pasted', async () => {
    const started = halyard(['start', '--port', '0']);
    const [curl] = await started.printed(/^curl .*$/m);
    expect(started.stdout()).toMatch(
      /Dashboard {4}http:\/\/127\.0\.0\.1:\d+\/dashboard\/sign-in#link=hll_\S+/,
    );
    expect(started.stdout()).toMatch(/Admin token {2}hly_\S+/);
    const answer = JSON.parse(execFileSync('sh', ['-c', curl], { encoding: 'utf8' }));
    expect(answer).toMatchObject({ key: 'new-checkout', value: false, variant: 'off', reason: 'DISABLED' });
  });

  test('shows the admin token once, and no secret in the log', async () => {
    const cwd = directory();
    const first = halyard(['start', '--port', '0'], { HALYARD_LOG: 'debug' }, cwd);
    const [, token = ''] = await first.printed(/Admin token {2}(hly_\S+)/);
    await first.kill('SIGTERM');
    expect(first.stderr()).not.toContain(token);
    const second = halyard(['start', '--port', '0'], {}, cwd);
    await second.printed(/Dashboard/);
    expect(second.stdout()).not.toContain('hly_');
    expect(second.stdout()).not.toContain('curl');
  });

  test('leaves the example out when told', async () => {
    const started = halyard(['start', '--port', '0', '--no-example']);
    await started.printed(/Admin token/);
    expect(started.stdout()).not.toContain('curl');
  });

  test('takes the admin token from the operator, and a new one replaces it', async () => {
    const cwd = directory();
    const ask = async (started: Started, token: string): Promise<number> => {
      const [, url] = await started.printed(/running on (\S+)/);
      return (await fetch(`${url}/client/v4/accounts`, { headers: { authorization: `Bearer ${token}` } }))
        .status;
    };
    const [one, two] = ['1'.repeat(24), '2'.repeat(24)];
    const first = halyard(['start', '--port', '0'], { HALYARD_ADMIN_TOKEN: one }, cwd);
    expect(await ask(first, one)).toBe(200);
    expect(first.stdout()).toContain('the one in HALYARD_ADMIN_TOKEN');
    await first.kill('SIGTERM');
    const second = halyard(['start', '--port', '0'], { HALYARD_ADMIN_TOKEN: two }, cwd);
    expect(await ask(second, two)).toBe(200);
    expect(await ask(second, one)).toBe(401);
  });
});

test('one process shows the metrics of the writer and of the edge, to who may read', async () => {
  const started = halyard(['start', '--port', '0']);
  const [, url] = await started.printed(/running on (\S+)/);
  const [curl] = await started.printed(/^curl .*$/m);
  const [, token] = await started.printed(/Admin token {2}(hly_\S+)/);
  execFileSync('sh', ['-c', curl]);
  const metrics = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  const text = await metrics.text();
  expect(text).toContain('halyard_edge_evaluations_total{');
  expect(text).toContain('halyard_authentication_failures_total');
  expect(text).toMatch(/^halyard_outbox_commits \d/m);
  expect(text).toContain('halyard_edge_evaluation_seconds_count{asked="one"} 1');
  expect(text).toMatch(/^halyard_build_info\{version="[\d.]+",node="26\.[\d.]+",role="start"\} 1$/m);
  expect(text).toMatch(/^process_resident_memory_bytes \d/m);
  expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
  // Each metric is described once, or Prometheus refuses the page.
  const described = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  expect(new Set(described).size).toBe(described.length);
  expect((await fetch(`${url}/metrics`)).status).toBe(401);
});

describe('what cannot start', () => {
  const refusal = async (started: Started): Promise<string> => {
    expect(await started.ended).toBe(2);
    expect(started.stdout()).toBe('');
    return started.stderr().trim();
  };

  test('says what to do about a port in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    expect(await refusal(halyard(['start', '--port', String(port)], { HALYARD_LOG: 'silent' }))).toBe(
      `Port ${port} on 127.0.0.1 is in use; stop what listens there, or choose another with --port or HALYARD_PORT.`,
    );
    server.close();
  });

  test('says what to do about a data directory that cannot be written', async () => {
    // A file where the directory should be refuses root too.
    const cwd = directory();
    writeFileSync(join(cwd, 'data'), '');
    const text = await refusal(halyard(['start', '--port', '0'], { HALYARD_LOG: 'silent' }, cwd));
    expect(text.split('\n')).toHaveLength(1);
    expect(text).toContain('HALYARD_DATABASE_URL');
  });

  test.skipIf(process.getuid?.() === 0)('says what to do about a directory without permission', async () => {
    const cwd = directory();
    mkdirSync(join(cwd, 'data'));
    chmodSync(join(cwd, 'data'), 0o500);
    expect(await refusal(halyard(['start', '--port', '0'], { HALYARD_LOG: 'silent' }, cwd))).toContain(
      'HALYARD_DATABASE_URL',
    );
  });

  test('names every mistake of the configuration at once', async () => {
    const text = await refusal(halyard(['start', '--port', 'x'], { HALYARD_PROT: '1', HALYARD_LOG: 'loud' }));
    expect(text.split('\n')).toEqual([
      'HALYARD_PROT is not a setting of Halyard; did you mean HALYARD_PORT?',
      '--port is "x"; expected a port number from 0 to 65535',
      'HALYARD_LOG is "loud"; expected one of debug, info, warn, error, silent',
    ]);
  });

  test('knows the command or flag that was meant', async () => {
    expect(await refusal(halyard(['strat']))).toBe(
      '"strat" is not a command of halyard; did you mean "start"?',
    );
    expect(await refusal(halyard(['start', '--prot', '1']))).toBe(
      '--prot is not an option of "halyard start"; did you mean "--port"?',
    );
  });

  test('leaves nothing behind when the configuration is wrong', async () => {
    const cwd = directory();
    await refusal(halyard(['start', '--port', 'x'], {}, cwd));
    expect(existsSync(join(cwd, 'data'))).toBe(false);
  });
});

describe('stopping', () => {
  test.for(['SIGINT', 'SIGTERM'] as const)(
    '%s ends cleanly within two seconds, open streams or not',
    async (signal) => {
      const started = halyard(['start', '--port', '0']);
      const [, url] = await started.printed(/running on (\S+)/);
      const [, token] = await started.printed(/Bearer (hly_\S+?)'/);
      const bulk = await fetch(`${url}/ofrep/v1/evaluate/flags`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: '{"context":{}}',
      });
      const { eventStreams } = await bulk.json();
      const { requestUri } = eventStreams[0].endpoint;
      const stream = await fetch(new URL(requestUri, url));
      expect(stream.status).toBe(200);
      const from = performance.now();
      expect(await started.kill(signal)).toBe(0);
      const ms = performance.now() - from;
      console.log(`${signal}: ended after ${Math.round(ms)} ms`);
      expect(ms).toBeLessThan(2_000);
      await stream.body?.cancel().catch(() => undefined);
    },
  );
});
