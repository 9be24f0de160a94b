import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Service } from 'kubernetes-models/v1';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readSettings } from '../../command/settings.ts';
import { type Manifest, merged, renderChart } from './helm.ts';
import { DEPLOY } from './tools.ts';

const CHART = join(DEPLOY, 'helm', 'halyard');
const render = (values: object = {}): readonly Manifest[] => renderChart(CHART, values, 'flags');

/** Everything that a value can switch on. */
const FULL = {
  image: { repository: 'registry.example.com/halyard', tag: '1.2.3' },
  imagePullSecrets: [{ name: 'registry' }],
  settings: { HALYARD_LOG: 'warn' },
  publicUrl: 'https://flags.example.com',
  edgeUrl: 'https://edge.example.com',
  controlPlane: {
    settings: { HALYARD_ACCOUNT: 'acme' },
    podAnnotations: { 'example.com/scrape': 'true' },
    service: { annotations: { 'example.com/internal': 'true' } },
    nodeSelector: { pool: 'flags' },
    tolerations: [{ key: 'flags', operator: 'Exists' }],
  },
  edge: { autoscaling: { enabled: false }, replicas: 7, settings: { HALYARD_MAX_STREAMS: 1000 } },
  networkPolicy: { from: [{ namespaceSelector: { matchLabels: { team: 'shop' } } }] },
};

const MODELS = { Deployment, HorizontalPodAutoscaler, NetworkPolicy, PodDisruptionBudget, Service };
const DOORS: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  NetworkPolicy: 'networking.k8s.io/v1',
  PodDisruptionBudget: 'policy/v1',
  Service: 'v1',
};

const named = (manifests: readonly Manifest[], kind: string, name: string): Manifest => {
  const found = manifests.find((each) => each.kind === kind && each.metadata.name === name);
  if (found === undefined) throw new Error(`There is no ${kind} ${name}.`);
  return found;
};

describe.for([
  ['as it comes', {}],
  ['with every value set', FULL],
] as const)('the chart, %s,', ([, values]) => {
  test('renders manifests that Kubernetes knows, and no field that it does not', () => {
    const manifests = render(values);
    expect(manifests.length).toBeGreaterThan(6);
    const declarations = manifests.map((manifest, index) => {
      const model = Object.entries(MODELS).find(([kind]) => kind === manifest.kind)?.[1];
      if (model === undefined) throw new Error(`${manifest.kind} has no model here.`);
      new model(manifest as never).validate();
      return `import type { I${manifest.kind} as K${index} } from 'kubernetes-models/${DOORS[manifest.kind]}';
export const m${index}: K${index} = ${JSON.stringify(manifest)};\n`;
    });
    const folder = mkdtempSync(join(import.meta.dirname, 'typed-'));
    try {
      writeFileSync(join(folder, 'manifests.ts'), declarations.join(''));
      const checked = spawnSync(
        'tsc',
        [
          '--noEmit',
          '--strict',
          '--skipLibCheck',
          '--ignoreConfig',
          '--types',
          '',
          '--module',
          'nodenext',
          join(folder, 'manifests.ts'),
        ],
        { encoding: 'utf8' },
      );
      expect(checked.stdout).toBe('');
      expect(checked.status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('starts every process with settings that Halyard understands', () => {
    const secrets: Readonly<Record<string, string>> = {
      'database-url': 'postgres://halyard:secret@db/halyard',
      'cache-url': 'redis://redis:6379',
      'admin-token': 'a-token-of-at-least-24-characters',
    };
    for (const { spec } of render(values).filter(({ kind }) => kind === 'Deployment')) {
      const [container] = spec.template.spec.containers;
      expect(spec.template.spec.enableServiceLinks).toBe(false);
      expect(spec.template.spec.securityContext.runAsNonRoot).toBe(true);
      expect(container.securityContext.readOnlyRootFilesystem).toBe(true);
      const environment: Record<string, string> = {};
      for (const { name, value, valueFrom } of container.env) {
        expect(environment).not.toHaveProperty(name);
        environment[name] = value ?? secrets[valueFrom.secretKeyRef.key];
      }
      const settings = readSettings(environment, new Map(), () => null);
      expect(settings.port).toBe(container.ports[0].containerPort);
      expect(settings.cacheUrl).toBe('redis://redis:6379');
      for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
        expect(container[probe].httpGet.path).toMatch(/^\/(health|ready)z$/);
      }
    }
  });

  test('selects with every service, budget and policy what it deploys', () => {
    const manifests = render(values);
    const pods = manifests
      .filter(({ kind }) => kind === 'Deployment')
      .map(({ spec }) => spec.template.metadata.labels);
    for (const { kind, spec } of manifests) {
      const selector = {
        Service: spec.selector,
        PodDisruptionBudget: spec.selector?.matchLabels,
        NetworkPolicy: spec.podSelector?.matchLabels,
      }[kind];
      if (selector === undefined) continue;
      const chosen = pods.filter((labels) =>
        Object.entries(selector).every(([key, value]) => labels[key] === value),
      );
      expect(chosen).toHaveLength(kind === 'NetworkPolicy' ? 2 : 1);
    }
  });

  test('has values that its own schema allows', () => {
    const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8'));
    const all = merged(parse(readFileSync(join(CHART, 'values.yaml'), 'utf8')), values);
    const ajv = new Ajv({ strict: false });
    ajv.validate(schema, all);
    expect(ajv.errors).toBe(null);
    ajv.validate(schema, merged(all, { edge: { replica: 3 } }));
    expect(ajv.errors?.[0]?.message).toBe('must NOT have additional properties');
  });
});

test('edges scale by themselves, or stay as many as they are told', () => {
  expect(named(render(), 'Deployment', 'flags-edge').spec.replicas).toBe(undefined);
  expect(named(render(), 'HorizontalPodAutoscaler', 'flags-edge').spec.scaleTargetRef.name).toBe(
    'flags-edge',
  );
  const full = render(FULL);
  expect(named(full, 'Deployment', 'flags-edge').spec.replicas).toBe(7);
  expect(full.map(({ kind }) => kind)).not.toContain('HorizontalPodAutoscaler');
  expect(named(full, 'Deployment', 'flags-control-plane').spec.template.spec.containers[0].image).toBe(
    'registry.example.com/halyard:1.2.3',
  );
});

test('the chart and the package are of one version', () => {
  const chart = parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8'));
  const { version } = JSON.parse(readFileSync(join(DEPLOY, '..', 'package.json'), 'utf8'));
  expect(chart.appVersion).toBe(version);
  expect(readFileSync(join(DEPLOY, 'compose.yaml'), 'utf8')).toContain(`image: halyard:${version}\n`);
});
