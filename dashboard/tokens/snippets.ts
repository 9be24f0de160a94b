import type { MintedToken } from '../api.ts';
import { strings } from '../strings.ts';

export interface LabelledCode {
  readonly label: string;
  readonly code: string;
}

export interface Addresses {
  /** The management API. */
  readonly api: string;
  /** Evaluation and streams. */
  readonly edge: string;
}

/** What to paste where, with the new token in it. */
export const snippetsOf = (token: MintedToken, { api, edge }: Addresses): readonly LabelledCode[] => {
  const [onlyApp, ...others] = token.app_ids ?? [];
  const app = onlyApp !== undefined && others.length === 0 ? onlyApp : 'APP_ID';
  if (token.permission === 'evaluate' && token.allowed_origins !== null) {
    return [
      {
        label: strings.tokens.inBrowser,
        code: `import { HalyardWebProvider } from '@halyard/providers/web';
import { OpenFeature } from '@openfeature/web-sdk';

await OpenFeature.setContext({ targetingKey: user.id });
await OpenFeature.setProviderAndWait(
  new HalyardWebProvider({ url: '${edge}', token: '${token.secret}' }),
);`,
      },
    ];
  }
  if (token.permission === 'evaluate') {
    return [
      {
        label: strings.tokens.byCurl,
        code: `curl -s ${edge}/apps/${app}/ofrep/v1/evaluate/flags/FLAG_KEY \\
  -H 'Authorization: Bearer ${token.secret}' -H 'Content-Type: application/json' \\
  -d '{"context": {"targetingKey": "user-42"}}'`,
      },
    ];
  }
  if (token.permission === 'config') {
    return [
      {
        label: strings.tokens.inService,
        code: `import { HalyardProvider } from '@halyard/providers/server';
import { OpenFeature } from '@openfeature/server-sdk';

await OpenFeature.setProviderAndWait(
  new HalyardProvider({ url: '${edge}', app: '${app}', token: process.env.HALYARD_TOKEN }),
);`,
      },
      { label: strings.tokens.environment, code: `HALYARD_TOKEN=${token.secret}` },
    ];
  }
  return [
    {
      label: strings.tokens.onCommandLine,
      code: `export HALYARD_URL=${api} HALYARD_TOKEN=${token.secret}`,
    },
  ];
};
