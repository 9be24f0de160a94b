export const GUIDES = ['http', 'node', 'web', 'go', 'inProcess'] as const;
export type Guide = (typeof GUIDES)[number];

export interface Place {
  /** Where flags are evaluated. */
  readonly edge: string;
  /** The app's id. */
  readonly app: string;
  /** A flag of it. */
  readonly flag: string;
}

export interface Code {
  /** What to run first; null: nothing. */
  readonly install: string | null;
  readonly code: string;
}

/** What to paste, with the app's own address in it. The secret stays in the environment, where it belongs. */
export const codeOf = (guide: Guide, { edge, app, flag }: Place): Code => {
  const base = `${edge}/apps/${app}`;
  switch (guide) {
    case 'http':
      return {
        install: null,
        code: `curl -s '${base}/ofrep/v1/evaluate/flags/${flag}' \\
  -H "Authorization: Bearer $HALYARD_TOKEN" -H 'Content-Type: application/json' \\
  -d '{"context": {"targetingKey": "user-42"}}'`,
      };
    case 'node':
      return {
        install: 'npm install @openfeature/server-sdk @openfeature/ofrep-provider',
        code: `import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OpenFeature } from '@openfeature/server-sdk';

await OpenFeature.setProviderAndWait(
  new OFREPProvider({
    baseUrl: '${base}',
    headers: { Authorization: \`Bearer \${process.env.HALYARD_TOKEN}\` },
  }),
);
const client = OpenFeature.getClient();
const details = await client.getBooleanDetails('${flag}', false, { targetingKey: 'user-42' });`,
      };
    case 'web':
      return {
        install: 'npm install @openfeature/web-sdk @openfeature/ofrep-web-provider',
        code: `import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature } from '@openfeature/web-sdk';

await OpenFeature.setContext({ targetingKey: 'user-42' });
await OpenFeature.setProviderAndWait(
  new OFREPWebProvider({
    baseUrl: '${base}',
    headers: { Authorization: 'Bearer YOUR_BROWSER_TOKEN' },
  }),
);
const client = OpenFeature.getClient();
const details = client.getBooleanDetails('${flag}', false);`,
      };
    case 'go':
      return {
        install:
          'go get github.com/open-feature/go-sdk github.com/open-feature/go-sdk-contrib/providers/ofrep',
        code: `provider := ofrep.NewProvider("${base}", ofrep.WithBearerToken(os.Getenv("HALYARD_TOKEN")))
if err := openfeature.SetProviderAndWait(provider); err != nil {
	log.Fatal(err)
}
client := openfeature.NewClient("checkout")
user := openfeature.NewEvaluationContext("user-42", nil)
details, err := client.BooleanValueDetails(context.Background(), "${flag}", false, user)`,
      };
    case 'inProcess':
      return {
        install: 'npm install @openfeature/server-sdk @halyard/providers',
        code: `import { HalyardProvider } from '@halyard/providers/server';
import { OpenFeature } from '@openfeature/server-sdk';

await OpenFeature.setProviderAndWait(
  new HalyardProvider({ url: '${edge}', app: '${app}', token: process.env.HALYARD_TOKEN }),
);
const client = OpenFeature.getClient();
const details = await client.getBooleanDetails('${flag}', false, { targetingKey: 'user-42' });`,
      };
    default:
      return guide satisfies never;
  }
};
