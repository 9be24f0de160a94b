/** The scenarios of OpenFeature's specification (its test suite's evaluation, metadata, events, context and hooks), in our words. */
import { HalyardProvider } from '@halyard/providers/server';
import {
  type EvaluationContext,
  type Hook,
  OpenFeature,
  ProviderEvents,
  ProviderStatus,
} from '@openfeature/server-sdk';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { APP, CONFIG_TOKEN, constant, PAGE_TOKEN, RealEdge } from './real-edge.ts';

const soon = { timeout: 10_000, interval: 2 };

const variants = (
  key: string,
  variations: Record<string, unknown>,
  serves: string,
  more: object = {},
): object => ({
  key,
  enabled: true,
  variations,
  default_variation: serves,
  rules: [],
  ...more,
});

const is = (attribute: string, value: string | number | boolean): object => ({
  attribute,
  operator: 'equals',
  value,
});

const TEMPLATE = { showImages: true, title: 'Check out these pics!', imagesPerPage: 100 };

const FLAGS = [
  variants('boolean-flag', { on: true, off: false }, 'on'),
  variants('string-flag', { greeting: 'hi', parting: 'bye' }, 'greeting'),
  variants('integer-flag', { one: 1, ten: 10 }, 'ten'),
  variants('float-flag', { tenth: 0.1, half: 0.5 }, 'half'),
  variants('object-flag', { empty: {}, template: TEMPLATE }, 'template'),
  variants('context-aware', { internal: 'INTERNAL', external: 'EXTERNAL' }, 'external', {
    rules: [
      {
        priority: 1,
        conditions: [is('fn', 'Sulisława'), is('ln', 'Świętopełk'), is('age', 29), is('customer', false)],
        serve_variation: 'internal',
      },
    ],
  }),
  variants('wrong-flag', { one: 'uno', two: 'dos' }, 'one'),
  variants('metadata-flag', { on: true, off: false }, 'on', {
    metadata: { string: '1.0.2', integer: 2, float: 0.1, boolean: true },
  }),
  // Serves the text of one attribute's level, so that a test sees which context won.
  variants(
    'which-level',
    { none: 'none', api: 'api', client: 'client', invocation: 'invocation', hook: 'hook' },
    'none',
    {
      rules: ['api', 'client', 'invocation', 'hook'].map((level, i) => ({
        priority: i + 1,
        conditions: [is('level', level)],
        serve_variation: level,
      })),
    },
  ),
];

let edge: RealEdge;
beforeAll(async () => {
  edge = await new RealEdge().create(FLAGS);
});
afterAll(() => edge.close());

describe.for(['in-process', 'remote'] as const)('the specification, %s', (mode) => {
  const create = (): HalyardProvider =>
    new HalyardProvider({
      mode,
      url: edge.url,
      app: APP,
      token: mode === 'remote' ? PAGE_TOKEN : CONFIG_TOKEN,
    });
  beforeEach(() => OpenFeature.setProviderAndWait(create()));
  afterEach(async () => {
    await OpenFeature.clearProviders();
    OpenFeature.clearHooks();
    OpenFeature.clearHandlers();
    OpenFeature.setContext({});
  });
  const client = () => OpenFeature.getClient();

  describe('evaluation', () => {
    test('resolves values of every type', async () => {
      expect(await client().getBooleanValue('boolean-flag', false)).toBe(true);
      expect(await client().getStringValue('string-flag', 'bye')).toBe('hi');
      expect(await client().getNumberValue('integer-flag', 1)).toBe(10);
      expect(await client().getNumberValue('float-flag', 0.1)).toBe(0.5);
      expect(await client().getObjectValue('object-flag', {})).toEqual(TEMPLATE);
    });

    test.for<[key: string, value: unknown, variant: string, ask: () => Promise<unknown>]>([
      ['boolean-flag', true, 'on', () => client().getBooleanDetails('boolean-flag', false)],
      ['string-flag', 'hi', 'greeting', () => client().getStringDetails('string-flag', 'bye')],
      ['integer-flag', 10, 'ten', () => client().getNumberDetails('integer-flag', 1)],
      ['float-flag', 0.5, 'half', () => client().getNumberDetails('float-flag', 0.1)],
      ['object-flag', TEMPLATE, 'template', () => client().getObjectDetails('object-flag', {})],
    ])('resolves the details of %s', async ([flagKey, value, variant, ask]) => {
      expect(await ask()).toEqual({
        flagKey,
        value,
        variant,
        reason: 'STATIC',
        flagMetadata: { flagSetId: APP },
      });
    });

    test('is told of the context', async () => {
      const context = { fn: 'Sulisława', ln: 'Świętopełk', age: 29, customer: false };
      expect(await client().getStringDetails('context-aware', 'EXTERNAL', context)).toMatchObject({
        value: 'INTERNAL',
        reason: 'TARGETING_MATCH',
      });
      expect(await client().getStringValue('context-aware', 'INTERNAL')).toBe('EXTERNAL');
    });

    test('answers the default for a flag that is missing', async () => {
      expect(await client().getStringDetails('missing-flag', 'uh-oh')).toMatchObject({
        value: 'uh-oh',
        reason: 'ERROR',
        errorCode: 'FLAG_NOT_FOUND',
      });
    });

    test('answers the default for a flag of another type', async () => {
      expect(await client().getNumberDetails('wrong-flag', 13)).toMatchObject({
        value: 13,
        reason: 'ERROR',
        errorCode: 'TYPE_MISMATCH',
      });
    });
  });

  describe('metadata', () => {
    test('comes with the details', async () => {
      const { flagMetadata } = await client().getBooleanDetails('metadata-flag', true);
      expect(flagMetadata).toEqual({
        string: '1.0.2',
        integer: 2,
        float: 0.1,
        boolean: true,
        flagSetId: APP,
      });
      expect(Object.isFrozen(flagMetadata)).toBe(true);
    });

    test('names the app where a flag has none', async () => {
      expect((await client().getBooleanDetails('boolean-flag', true)).flagMetadata).toEqual({
        flagSetId: APP,
      });
    });

    test('names the provider', () => {
      expect(OpenFeature.providerMetadata).toEqual({ name: 'halyard' });
      expect(client().metadata.providerMetadata.name).toBe('halyard');
    });
  });

  describe('context', () => {
    const withLevel = (level: string): EvaluationContext => ({ level });
    const beforeHook: Hook = { before: () => withLevel('hook') };

    test('is merged, the nearer level winning', async () => {
      const flags = client();
      const level = (context?: EvaluationContext, hooks: Hook[] = []): Promise<string> =>
        flags.getStringValue('which-level', '', context, { hooks });
      expect(await level()).toBe('none');
      OpenFeature.setContext(withLevel('api'));
      expect(await level()).toBe('api');
      flags.setContext(withLevel('client'));
      expect(await level()).toBe('client');
      expect(await level(withLevel('invocation'))).toBe('invocation');
      expect(await level(withLevel('invocation'), [beforeHook])).toBe('hook');
    });

    test('is not changed by the provider', async () => {
      const deep = { er: [1, 2] };
      const context = { fn: 'Ada', deep };
      for (const frozen of [context, deep, deep.er]) Object.freeze(frozen);
      await client().getStringValue('context-aware', '', context);
      expect(context).toEqual({ fn: 'Ada', deep: { er: [1, 2] } });
    });
  });

  describe('hooks', () => {
    const recording = () => {
      const calls: string[] = [];
      const hook: Hook = {
        before: () => {
          calls.push('before');
        },
        after: (_context, { flagKey, value, variant, reason }) => {
          calls.push(`after ${flagKey} ${value} ${variant} ${reason}`);
        },
        error: (_context, error) => {
          calls.push(`error ${error instanceof Error && 'code' in error ? error.code : error}`);
        },
        finally: (_context, { errorCode, reason }) => {
          calls.push(`finally ${errorCode ?? reason}`);
        },
      };
      return { calls, hook };
    };

    test('run before, after and finally, with the details', async () => {
      const { calls, hook } = recording();
      await client().getBooleanValue('boolean-flag', false, {}, { hooks: [hook] });
      expect(calls).toEqual(['before', 'after boolean-flag true on STATIC', 'finally STATIC']);
    });

    test.for([
      ['missing-flag', 'FLAG_NOT_FOUND'],
      ['wrong-flag', 'TYPE_MISMATCH'],
    ] as const)('run at the error of %s', async ([key, code]) => {
      const { calls, hook } = recording();
      await client().getNumberValue(key, 13, {}, { hooks: [hook] });
      expect(calls).toEqual(['before', `error ${code}`, `finally ${code}`]);
    });
  });

  describe('events', () => {
    test('READY runs for whoever comes late, too', async () => {
      const late = vi.fn();
      client().addHandler(ProviderEvents.Ready, late);
      expect(late).toHaveBeenCalledTimes(1);
      expect(client().providerStatus).toBe(ProviderStatus.READY);
    });

    test('evaluations before the provider is ready are PROVIDER_NOT_READY', async () => {
      const provider = create();
      let ready = (): void => {};
      const held = new Promise<void>((resolve) => {
        ready = resolve;
      });
      const initialize = provider.initialize.bind(provider);
      provider.initialize = async () => {
        await held;
        await initialize();
      };
      const started = OpenFeature.setProviderAndWait('late', provider);
      expect(await OpenFeature.getClient('late').getBooleanDetails('boolean-flag', false)).toMatchObject({
        value: false,
        errorCode: 'PROVIDER_NOT_READY',
      });
      ready();
      await started;
      expect(await OpenFeature.getClient('late').getBooleanValue('boolean-flag', false)).toBe(true);
    });

    if (mode === 'in-process')
      test('CONFIGURATION_CHANGED names the provider, the domain and the flags', async () => {
        const heard = vi.fn();
        client().addHandler(ProviderEvents.ConfigurationChanged, heard);
        await edge.commit(constant('new-flag', 1), constant('newer-flag', 2));
        await vi.waitFor(() => expect(heard).toHaveBeenCalled(), soon);
        expect(heard.mock.calls[0]?.[0]).toMatchObject({
          providerName: 'halyard',
          flagsChanged: ['new-flag', 'newer-flag'],
        });
      });

    test('PROVIDER_ERROR comes from a provider that cannot start', async () => {
      const heard = vi.fn();
      OpenFeature.getClient('bad').addHandler(ProviderEvents.Error, heard);
      const bad = new HalyardProvider({ url: edge.url, app: APP, token: 'hly_unknown' });
      await expect(OpenFeature.setProviderAndWait('bad', bad)).rejects.toMatchObject({
        code: 'PROVIDER_FATAL',
      });
      expect(heard).toHaveBeenCalledTimes(1);
      expect(OpenFeature.getClient('bad').providerStatus).toBe(ProviderStatus.FATAL);
    });
  });
});
