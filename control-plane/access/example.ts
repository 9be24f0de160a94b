import type { FlagDefinition } from '../model/flag.ts';

/** Flags to learn from: a switch, targeting, a rollout, and a configuration. */
export const exampleFlags = (account: string): readonly FlagDefinition[] => [
  {
    key: 'new-checkout',
    description: 'A switch: turn it on, and everybody gets the new checkout.',
    enabled: false,
    variations: { on: true, off: false },
    default_variation: 'off',
    rules: [{ priority: 1, conditions: [], serve_variation: 'on' }],
    tags: ['checkout'],
    client_side: true,
    bucketing: { hash: 'murmur3', salt: `${account}/new-checkout` },
  },
  {
    key: 'banner-text',
    description: 'Targeting: enterprise customers in the US, and our own people, see another text.',
    enabled: true,
    variations: { plain: 'Welcome', enterprise: 'Welcome back. Your account team is a click away.' },
    default_variation: 'plain',
    rules: [
      {
        priority: 1,
        conditions: [
          {
            logical_operator: 'OR',
            clauses: [
              {
                logical_operator: 'AND',
                clauses: [
                  { attribute: 'plan', operator: 'equals', value: 'enterprise' },
                  { attribute: 'country', operator: 'equals', value: 'US', ignore_case: true },
                ],
              },
              { attribute: 'user.email', operator: 'ends_with', value: '@example.com', ignore_case: true },
            ],
          },
        ],
        serve_variation: 'enterprise',
      },
    ],
    tags: ['home'],
    client_side: true,
    bucketing: { hash: 'murmur3', salt: `${account}/banner-text` },
  },
  {
    key: 'search-ranking',
    description: 'A rollout: a quarter of the users gets the new ranking, and always the same quarter.',
    enabled: true,
    variations: { classic: 'classic', learned: 'learned' },
    default_variation: 'classic',
    rules: [
      {
        priority: 1,
        conditions: [],
        serve_variation: 'learned',
        rollout: { percentage: 25, attribute: 'targetingKey' },
      },
    ],
    tags: ['search'],
    client_side: true,
    bucketing: { hash: 'murmur3', salt: `${account}/search-ranking` },
  },
  {
    key: 'rate-limits',
    description: 'A configuration: servers read it, browsers never see it.',
    enabled: true,
    variations: {
      standard: { requests_per_minute: 100, burst: 20 },
      generous: { requests_per_minute: 1000, burst: 200 },
    },
    default_variation: 'standard',
    rules: [
      {
        priority: 1,
        conditions: [{ attribute: 'plan', operator: 'in', value: ['pro', 'enterprise'] }],
        serve_variation: 'generous',
      },
    ],
    tags: ['operations'],
    client_side: false,
    bucketing: { hash: 'murmur3', salt: `${account}/rate-limits` },
  },
];
