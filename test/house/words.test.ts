import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const DASHBOARD = join(import.meta.dirname, '..', '..', 'dashboard');

const sources = globSync('**/*.{ts,tsx}', {
  cwd: DASHBOARD,
  exclude: ['node_modules/**', 'dist/**', '**/*.test.ts'],
}).sort();

/** Comments, then whatever a person may read: quoted strings, templates, and the words between tags. */
const COMMENT = /\/\*[\s\S]*?\*\/|(?<![:'"`\w])\/\/[^\n]*/g;
const LITERAL =
  /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|>[^<>{}=;()]*[A-Za-z][^<>{}=;()]*</g;

const literalsOf = (source: string): readonly string[] =>
  (source.replace(COMMENT, '').match(LITERAL) ?? []).map((literal) => literal.slice(1, -1));

interface Refusal {
  readonly word: RegExp;
  readonly instead: string;
}

/** Words that are not said on the screen, with what is said instead. */
const REFUSED: readonly Refusal[] = [
  { word: /\bmint(s|ed|ing)?\b/i, instead: '“create”' },
  { word: /\bstands\b/i, instead: '“appears”, “is”' },
  { word: /\bis no\b(?! longer)/i, instead: '“is not a valid …”' },
  { word: /\bwas here too\b/i, instead: '“Merge with the changes of …”' },
  { word: /\bto mend\b/i, instead: '“Fix … problems”' },
  { word: /\b(a|of|one) texts?\b/i, instead: '“string”' },
  { word: /\bone an? (line|day|page|person|row)\b/i, instead: '“one per …”' },
  { word: /\bshare out\b/i, instead: '“distribute”, “split”' },
  { word: /[\d}][ \u00a0]%/, instead: '“25%” without a space' },
];

const faultsOf = (file: string, source: string): readonly string[] =>
  literalsOf(source).flatMap((literal) =>
    REFUSED.filter(({ word }) => word.test(literal)).map(
      ({ instead }) => `${file}: “${literal}”; expected ${instead}`,
    ),
  );

describe('the words on the screen', () => {
  test.for(sources)('%s says none that is refused', (file) => {
    expect(faultsOf(file, readFileSync(join(DASHBOARD, file), 'utf8'))).toEqual([]);
  });

  test('a sentence starts with a capital, or with a name', () => {
    const strings = sources.filter((file) => file === 'strings.ts' || file.startsWith('strings/'));
    const small = strings.flatMap((file) =>
      literalsOf(readFileSync(join(DASHBOARD, file), 'utf8')).filter((literal) =>
        /^[a-z][\s\S]*[a-z)][.?]$/.test(literal),
      ),
    );
    expect(small).toEqual([]);
  });

  test.each([
    ["const a = 'Mint token';", 1],
    ['const a = `three things to mend before saving`;', 1],
    ['const a = "This is no JSON";', 1],
    ["const a = 'This link is no longer good';", 0],
    ['const a = `of 25 %`;', 1],
    ['<Text>It stands in the history.</Text>', 1],
    ["// it's minted\nconst mint = 'x';", 0],
  ] as const)('the test reads %s', (source, faults) => {
    expect(faultsOf('probe.tsx', source)).toHaveLength(faults);
  });
});
