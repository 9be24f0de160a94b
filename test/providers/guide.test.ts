import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { APP, CONFIG_TOKEN, RealEdge, switched } from './real-edge.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const GUIDE = readFileSync(join(ROOT, 'docs/providers.md'), 'utf8');

/** The block that the guide calls by this name. */
const snippet = (name: string): string => {
  const [, text] = new RegExp(`^\`\`\`tsx? ${name}\\n(.*?)^\`\`\``, 'ms').exec(GUIDE) ?? [];
  if (text === undefined) throw new Error(`the guide has no snippet ${name}`);
  return text;
};

let edge: RealEdge;
beforeAll(async () => {
  edge = await new RealEdge().create([switched('new-checkout', true)]);
});
afterAll(() => edge.close());

const runs = async (program: string): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'halyard-guide-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'program.ts'), program);
  const child = spawn(process.execPath, ['--conditions=halyard-source', 'program.ts'], {
    cwd: folder,
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      FLAGS_URL: edge.url,
      FLAGS_APP: APP,
      FLAGS_TOKEN: CONFIG_TOKEN,
    },
  });
  let text = '';
  child.stdout.on('data', (data) => {
    text += String(data);
  });
  child.stderr.on('data', (data) => {
    text += String(data);
  });
  await new Promise((resolve) => child.on('close', resolve));
  return text;
};

describe('the guide', () => {
  test.for([
    ['service', 'true\n'],
    ['direct', 'true\nSTATIC\n'],
    [
      'logging',
      'new-checkout is on (STATIC)\nno-such-flag failed: FlagNotFoundError: there is no flag "no-such-flag"\n',
    ],
  ] as const)('its %s runs, and ends', async ([name, printed]) => {
    expect((await runs(snippet(name))).replace('_FlagNotFoundError', 'FlagNotFoundError')).toContain(printed);
  });

  test('its telemetry counts evaluations', async () => {
    const metrics = `import { metrics } from '@opentelemetry/api';
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
`;
    const report = `await reader.forceFlush();
for (const { metrics } of exporter.getMetrics()[0].scopeMetrics)
  for (const { descriptor, dataPoints } of metrics)
    console.log(descriptor.name, dataPoints[0].value, JSON.stringify(dataPoints[0].attributes));
await reader.shutdown();
`;
    const text = await runs(`${metrics}${snippet('telemetry')}${report}`);
    expect(text).toMatch(/feature_flag\.evaluation_requests_total 1 .*new-checkout/);
    expect(text).toMatch(/feature_flag\.evaluation_success_total 1 .*halyard/);
  });

  test('its Worker answers', async () => {
    const program = `${snippet('worker').replace('export default', 'const worker =')}
const { FLAGS_URL = '', FLAGS_APP = '', FLAGS_TOKEN = '' } = process.env;
const response = await worker.fetch(new Request('http://shop.test/?user=ada'), { FLAGS_URL, FLAGS_APP, FLAGS_TOKEN });
console.log(await response.text());
`;
    expect(await runs(program)).toBe('the new checkout\n');
  });
});
