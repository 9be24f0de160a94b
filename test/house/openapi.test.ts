import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createMemoryCache } from '@halyard/caches/memory';
import { createControlPlane } from '@halyard/control-plane';
import { openSqliteStores } from '@halyard/control-plane/sqlite';
import { expect, test } from 'vitest';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const documentOf = async (): Promise<string> => {
  const stores = await openSqliteStores(':memory:', { now: Date.now, log: silent });
  const controlPlane = createControlPlane({
    stores,
    cache: createMemoryCache({ now: Date.now }),
    account: 'default',
    now: Date.now,
    log: silent,
    publicUrl: null,
  });
  const text = await (await controlPlane.app.request('/openapi.json')).text();
  await stores.close();
  return text;
};

test('the OpenAPI document passes Redocly’s recommended rules without an error or a warning', {
  timeout: 60_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'halyard-openapi-'));
  const file = join(folder, 'openapi.json');
  writeFileSync(file, await documentOf());
  writeFileSync(join(folder, 'redocly.yaml'), 'extends: [recommended]\n');
  const cli = join(
    dirname(createRequire(import.meta.url).resolve('@redocly/cli/package.json')),
    'bin/cli.js',
  );
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [cli, 'lint', file, '--format=json', `--config=${join(folder, 'redocly.yaml')}`],
    { env: { ...process.env, REDOCLY_TELEMETRY: 'off' }, maxBuffer: 64 * 1024 * 1024 },
  ).catch((error: { stdout: string; stderr: string }) => {
    if (error.stdout === '') throw new Error(error.stderr);
    return error;
  });
  const report: { totals: { errors: number; warnings: number }; problems: { message: string }[] } =
    JSON.parse(stdout);
  expect(report.problems.map(({ message }) => message)).toEqual([]);
  expect(report.totals).toMatchObject({ errors: 0, warnings: 0 });
});

test('every call of the contract is in the document', async () => {
  const { paths }: { paths: Record<string, Record<string, unknown>> } = JSON.parse(await documentOf());
  const calls = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map(
      (method) => `${method.toUpperCase()} ${path.replace('/client/v4/accounts/{account_id}/flagship', '')}`,
    ),
  );
  for (const call of [
    'POST /apps',
    'GET /apps',
    'GET /apps/{app_id}',
    'PUT /apps/{app_id}',
    'DELETE /apps/{app_id}',
    'GET /apps/{app_id}/flags',
    'POST /apps/{app_id}/flags',
    'GET /apps/{app_id}/flags/{flag_key}',
    'PUT /apps/{app_id}/flags/{flag_key}',
    'PATCH /apps/{app_id}/flags/{flag_key}',
    'DELETE /apps/{app_id}/flags/{flag_key}',
    'PATCH /apps/{app_id}/flags/{flag_key}/rules/{priority}',
    'PUT /apps/{app_id}/flags/{flag_key}/rules/{priority}/split',
    'GET /apps/{app_id}/flags/{flag_key}/changelog',
    'GET /apps/{app_id}/changelog',
    'POST /apps/{app_id}/flags/{flag_key}/restore',
    'POST /apps/{app_id}/changes',
    'GET /apps/{app_id}/evaluate',
    'POST /apps/{app_id}/explain',
    'GET /apps/{app_id}/export',
    'POST /apps/{app_id}/import',
    'GET /apps/{app_id}/propagation',
    'DELETE /apps/{app_id}/propagation/edges/{edge_id}',
    'GET /tokens',
    'POST /tokens',
    'DELETE /tokens/{token_id}',
    'GET /client/v4/accounts',
  ]) {
    expect(calls).toContain(call);
  }
});
