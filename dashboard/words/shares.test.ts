import { compile, type Flag } from '@halyard/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, companies, flags, users } from '../draft/testing/open-flags.ts';
import { everyoneElse, summaryWords } from './summary.ts';
import { textOf, type Words } from './words.ts';

/** Percent of all pairs of a user and a company by what they get. */
const measured = (flag: Flag): Readonly<Record<string, number>> => {
  const compiled = compile(flag, ACCOUNT);
  const counts: Record<string, number> = {};
  for (const targetingKey of users) {
    for (const company of companies) {
      const evaluation = compiled.evaluate({ targetingKey, company });
      const name = evaluation.kind === 'served' ? evaluation.variant : JSON.stringify(evaluation);
      counts[name] = (counts[name] ?? 0) + 1;
    }
  }
  return Object.fromEntries(
    Object.entries(counts).map(([name, count]) => [name, (count * 100) / (users.length * companies.length)]),
  );
};

/** What the sentence says in percent: what is said without one gets what the others leave. */
const said = (words: Words): Readonly<Record<string, number>> => {
  const told = textOf(words)
    .split(/, | and (?=[abcd] \d)/)
    .filter((part) => !part.includes(' when '));
  const shares: Record<string, number> = {};
  const add = (name: string, share: number) => {
    if (share > 0) shares[name] = Number(((shares[name] ?? 0) + share).toFixed(6));
  };
  let left = 100;
  for (const part of told) {
    const exact = /^([abcd]) (?:for )?(?:another )?([\d.]+)%/.exec(part);
    if (exact === null) continue;
    add(exact[1] ?? '', Number(exact[2]));
    left -= Number(exact[2]);
  }
  for (const part of told) {
    const rest = /^(?:otherwise )?([abcd])(?: for (?:everyone|the rest))?$/.exec(part);
    if (rest === null || left < 1e-6) continue;
    add(rest[1] ?? '', left);
    left = 0;
  }
  return shares;
};

const rounded = (shares: Readonly<Record<string, number>>) =>
  Object.fromEntries(
    Object.entries(shares)
      .map(([name, share]) => [name, Number(share.toFixed(4))] as const)
      .sort(([x], [y]) => (x < y ? -1 : 1)),
  );

describe('the percentages of a sentence', () => {
  it('two open rules: 70 % of an import’s second rule are 40 % where the first holds 30', () => {
    const flag: Flag = {
      key: 'f',
      enabled: true,
      variations: { a: 'a', b: 'b', c: 'c' },
      default_variation: 'c',
      rules: [
        { priority: 1, conditions: [], serve_variation: 'a', rollout: { percentage: 30 } },
        { priority: 2, conditions: [], serve_variation: 'b', rollout: { percentage: 70 } },
      ],
    };
    expect(textOf(summaryWords(flag))).toBe('a 30%, b 40% and c 30% for everyone');
  });

  it('are what the engine serves, whatever the rules', () => {
    fc.assert(
      fc.property(flags, (flag) => {
        expect(rounded(said(summaryWords(flag)))).toEqual(rounded(measured(flag)));
      }),
      { numRuns: 150 },
    );
  });

  it('everyone else gets what the engine serves those whom no condition fits', () => {
    fc.assert(
      fc.property(flags, (flag) => {
        const shares = Object.fromEntries(
          everyoneElse(flag).map(({ variation, share }) => [variation, share]),
        );
        expect(rounded(shares)).toEqual(rounded(measured(flag)));
      }),
      { numRuns: 150 },
    );
  });
});
