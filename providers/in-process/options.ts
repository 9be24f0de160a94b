/** What an option must be, and whether a value is; `needed` where it may not be left out. */
export type Expectation = readonly [expected: string, holds: (value: unknown) => unknown, needed?: true];

/** The longest time that a timer can wait; one that is told more fires at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** The shortest time between two attempts that may be asked for: anything below is a storm. */
export const LEAST_POLL_MS = 10;

/** Throws a TypeError that lists every option that is not what it must be; `maker` is what they were given to. */
export const checkOptions = (
  maker: string,
  options: unknown,
  expectations: Readonly<Record<string, Expectation>>,
): void => {
  let mistakes = '';
  for (const [name, [expected, holds, needed]] of Object.entries(expectations)) {
    const value: unknown = Object(options)[name];
    if (value === undefined ? needed : !holds(value))
      // Secrets are not for logs.
      mistakes += `\n${name} is ${typeof value === 'string' ? (name === 'token' ? '***' : `"${value}"`) : value}; expected ${expected}`;
  }
  if (mistakes) throw new TypeError(`${maker}:${mistakes}`);
};

/** A string of this form. */
const like =
  (form: RegExp) =>
  (value: unknown): boolean =>
    typeof value === 'string' && form.test(value);

/** A time for a timer; `orZero` says what 0 means, where it may be 0 too. */
export const milliseconds = (least: number, orZero = ''): Expectation => [
  `a number from ${least} to ${LONGEST_TIMER_MS} ms${orZero}`,
  (value) =>
    typeof value === 'number' && ((value >= least && value <= LONGEST_TIMER_MS) || (value === 0 && orZero)),
];

const appOf = (url: unknown): string | undefined => /\/apps\/([^/]+)\/*$/.exec(`${url}`)?.[1];

/** The options that every provider has; `address` is the form of a `url`. */
export const edgeExpectations = (address: RegExp): Record<string, Expectation> => ({
  url: [
    'an address such as "https://flags.example.com", or several that name the same app',
    (value) => {
      const urls = [value].flat();
      return urls.every(like(address)) && new Set(urls.map(appOf)).size === 1;
    },
    true,
  ],
  // What a header can carry; a line's end behind it is cut off on the way.
  token: ['an ASCII token', like(/^[!-~]+\s*$/), true],
  app: ['an app id', like(/./)],
  timeoutMs: milliseconds(1),
});
