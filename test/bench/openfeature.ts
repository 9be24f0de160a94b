import { createClient } from '@halyard/providers/client';
import { HalyardProvider } from '@halyard/providers/server';
import { HalyardWebProvider } from '@halyard/providers/web';
import { OpenFeature, type Provider } from '@openfeature/server-sdk';
import { OpenFeature as WebOpenFeature, type Provider as WebProvider } from '@openfeature/web-sdk';
import type { Candidate } from './measure.ts';
import { flagOf } from './subjects/halyard.ts';
import { contexts } from './workloads.ts';

const nothing = { value: true, variant: 'on', reason: 'STATIC' };

/** What a provider costs that decides nothing: everything else is the SDK. */
class NothingProvider implements Provider {
  readonly metadata = { name: 'nothing' };
  resolveBooleanEvaluation = async () => nothing;
  resolveStringEvaluation = async <T>(_: string, value: T) => ({ value });
  resolveNumberEvaluation = async <T>(_: string, value: T) => ({ value });
  resolveObjectEvaluation = async <T>(_: string, value: T) => ({ value });
}

class NothingWebProvider implements WebProvider {
  readonly metadata = { name: 'nothing' };
  resolveBooleanEvaluation = () => nothing;
  resolveStringEvaluation = <T>(_: string, value: T) => ({ value });
  resolveNumberEvaluation = <T>(_: string, value: T) => ({ value });
  resolveObjectEvaluation = <T>(_: string, value: T) => ({ value });
}

const bootstrap = { account: 'bench', app: 'bench', version: 1, flags: { f2: flagOf('f2', 'F2') } };
const never = (): Promise<never> => Promise.reject(new TypeError('there is no network here'));
const offline = { url: 'http://127.0.0.1:1', app: 'bench', token: 'bench', fetch: never, pollMs: 3_600_000 };

/** F2 through the SDKs and through the direct client, with the configuration that a first start carries with it. */
export const openFeatureCandidates = async (): Promise<{
  readonly server: readonly Candidate[];
  readonly web: readonly Candidate[];
  readonly close: () => Promise<void>;
}> => {
  await OpenFeature.setProviderAndWait('nothing', new NothingProvider());
  await OpenFeature.setProviderAndWait('halyard', new HalyardProvider({ ...offline, bootstrap }));
  const direct = createClient({ ...offline, bootstrap });
  await direct.ready();
  await WebOpenFeature.setProviderAndWait('nothing', new NothingWebProvider());
  const bulk = { flags: [{ key: 'f2', value: true, variant: 'on', reason: 'TARGETING_MATCH' }] };
  await WebOpenFeature.setProviderAndWait(
    'halyard',
    new HalyardWebProvider({ ...offline, storage: null, bootstrap: bulk }),
  );
  const server = (name: string) => {
    const client = OpenFeature.getClient(name);
    return (context: never) => client.getBooleanValue('f2', false, context);
  };
  const web = (name: string) => {
    const client = WebOpenFeature.getClient(name);
    return () => client.getBooleanValue('f2', false);
  };
  return {
    server: [
      { name: 'a provider that does nothing', decide: server('nothing'), inputs: contexts },
      { name: 'HalyardProvider', decide: server('halyard'), inputs: contexts },
      {
        name: 'FlagClient (no OpenFeature)',
        decide: (context) => direct.getBooleanValue('f2', false, context),
        inputs: contexts,
      },
    ],
    web: [
      { name: 'a provider that does nothing', decide: web('nothing'), inputs: contexts },
      { name: 'HalyardWebProvider', decide: web('halyard'), inputs: contexts },
    ],
    close: async () => {
      await direct.close();
      await OpenFeature.close();
      await WebOpenFeature.close();
    },
  };
};
