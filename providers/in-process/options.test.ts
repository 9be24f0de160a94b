import { expect, test } from 'vitest';
import { createClient, type FlagClientOptions } from '../client/index.ts';
import { HalyardProvider, type HalyardProviderOptions } from '../server/index.ts';
import { HalyardWebProvider, type HalyardWebProviderOptions } from '../web/index.ts';

const well = { url: 'https://flags.example.com', token: 'hly_right' };

/** A test gives what a caller in plain JavaScript may give. */
type Given = Readonly<Record<string, unknown>> | undefined;

const makers: readonly (readonly [name: string, make: (options: Given) => unknown])[] = [
  ['HalyardProvider', (options) => new HalyardProvider(options as unknown as HalyardProviderOptions)],
  [
    'HalyardWebProvider',
    (options) => new HalyardWebProvider(options as unknown as HalyardWebProviderOptions),
  ],
  ['createClient', (options) => createClient(options as unknown as FlagClientOptions)],
];

const mistakesOf = (make: (options: Given) => unknown, options: Given): string => {
  try {
    make(options);
    return 'none';
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return error instanceof Error ? error.message : '';
  }
};

test.for(makers)('%s without a url names the option instead of failing on replace()', ([name, make]) => {
  for (const options of [undefined, {}, { token: 'hly_right' }])
    expect(mistakesOf(make, options)).toMatch(
      new RegExp(`^${name}:\\nurl is undefined; expected an address such as "https://flags.example.com"`),
    );
});

test.for(makers)('%s tells all mistakes at once, and never the token', ([name, make]) => {
  const said = mistakesOf(make, { url: 'flags.example', token: 'hly_ö', app: '', pollMs: -1, timeoutMs: 0 });
  expect(said.split('\n')).toEqual([
    `${name}:`,
    `url is "flags.example"; expected an address such as "https://flags.example.com", or several that name the same app`,
    `token is ***; expected an ASCII token`,
    'app is ""; expected an app id',
    'timeoutMs is 0; expected a number from 1 to 2147483647 ms',
    `pollMs is -1; expected a number from 10 to 2147483647 ms${name === 'HalyardWebProvider' ? ', or 0 for never' : ''}`,
  ]);
});

const times: readonly (readonly [string, unknown])[] = [
  ['pollMs', -1],
  ['pollMs', 1],
  ['pollMs', Number.POSITIVE_INFINITY],
  ['pollMs', 2 ** 31],
  ['pollMs', Number.NaN],
  ['pollMs', '30000'],
  ['pollMs', null],
  ['timeoutMs', Number.POSITIVE_INFINITY],
  ['timeoutMs', 0],
  ['timeoutMs', -5],
  ['timeoutMs', Number.NaN],
];

test.for(
  makers.flatMap(([name, make]) => times.map(([option, value]) => [name, option, value, make] as const)),
)(
  '%s refuses %s: %s, which would ask hundreds of times a second or never load',
  ([name, option, value, make]) => {
    const said = mistakesOf(make, { ...well, [option]: value });
    expect(said).toContain(`${name}:\n${option} is ${value}`.replace('30000', '"30000"'));
    expect(said).toMatch(/; expected a number from \d+ to 2147483647 ms/);
  },
);

test.for(makers)('%s takes the longest time that a timer can wait', ([, make]) => {
  const made = make({
    ...well,
    timeoutMs: 2 ** 31 - 1,
    pollMs: 2 ** 31 - 1,
    fetch: () => new Promise(() => {}),
  });
  expect(made).toBeDefined();
  if (Object(made).close) Object(made).close();
});

test.for([
  [{ ...well, mode: 'Remote' }, 'mode is "Remote"; expected "in-process" or "remote"'],
  [{ ...well, idleMs: Number.NaN }, 'idleMs is NaN; expected a number from 1 to 2147483647 ms'],
  [
    { ...well, startTimeoutMs: 2 ** 31 },
    'startTimeoutMs is 2147483648; expected a number from 0 to 2147483647 ms',
  ],
  [{ ...well, file: '' }, 'file is ""; expected the path of a file'],
  [
    { ...well, log: {} },
    'log is [object Object]; expected an object with the functions debug, info, warn and error',
  ],
  [
    { binding: undefined },
    'binding is undefined; expected a service binding to the evaluator’s entrypoint Flags, such as env.FLAGS',
  ],
])('the server provider refuses %o', ([options, said]) => {
  expect(mistakesOf(makers[0]?.[1] ?? (() => {}), options as Given)).toBe(`HalyardProvider:\n${said}`);
});

test.for(makers)(
  '%s refuses a list of urls that is empty, has one that is none, or names two apps',
  ([, make]) => {
    for (const url of [
      [],
      ['https://a.example', 7],
      ['https://a.example/apps/a', 'https://b.example/apps/b'],
    ])
      expect(mistakesOf(make, { ...well, url })).toContain(`url is ${url}; expected an address such as`);
    const several = ['https://a.example/apps/shop', 'https://b.example/apps/shop/'];
    expect(mistakesOf(make, { ...well, url: several, fetch: () => new Promise(() => {}) })).toBe('none');
  },
);

test.for([
  [{ ...well, keys: 'checkout' }, 'keys is "checkout"; expected a list of flag keys'],
  [{ ...well, ttlMs: Number.NaN }, 'ttlMs is NaN; expected at least 0'],
  [{ ...well, ttlMs: -1 }, 'ttlMs is -1; expected at least 0'],
])('the web provider refuses %o', ([options, said]) => {
  expect(mistakesOf(makers[1]?.[1] ?? (() => {}), options as Given)).toBe(`HalyardWebProvider:\n${said}`);
});
