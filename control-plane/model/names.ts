import { Problem } from './problem.ts';

/** Whom the audit trail names for what Halyard itself does: nobody else may be called so. */
export const SYSTEM_ACTORS = ['halyard', 'halyard command'] as const;

/** Of a token or a person: what a list or a changelog shows of who did something. */
const LONGEST = 128;

const UNSEEN = [
  ['control characters', /[\p{Cc}\p{Zl}\p{Zp}]/u],
  // Unicode's own list of what is drawn as nothing: joiners, fillers, variation selectors, tags.
  // The last two are drawn as nothing too: a Braille pattern without dots, and a note without a head.
  ['invisible characters', /[\p{Default_Ignorable_Code_Point}\p{Cf}\u{2800}\u{1d159}]/u],
  ['unusual spaces', /(?! )\p{Zs}/u],
] as const;

/** What a name should have been, as the end of a sentence that says what it is; null for a good one. */
export const expectedOfName = (name: string): string | null => {
  if (name === '' || name.length > LONGEST) return `a name of 1 to ${LONGEST} characters`;
  if (!name.isWellFormed()) return 'a name without half characters (unpaired surrogates)';
  for (const [kind, pattern] of UNSEEN) {
    const found = pattern.exec(name)?.[0];
    if (found !== undefined) return `a name without ${kind} (it holds ${codePoint(found)})`;
  }
  const mixed = mixedWord(name);
  if (mixed !== null)
    return `words of one alphabet each (${JSON.stringify(mixed)} mixes Latin with Cyrillic or Greek letters)`;
  if (name.trim() !== name) return 'a name without a space at its beginning or end';
  if (SYSTEM_ACTORS.some((actor) => foldName(actor) === foldName(name))) {
    return 'another name, because the audit trail uses this one for Halyard itself';
  }
  return null;
};

const WORD = /[\p{L}\p{M}]+/gu;
const LATIN = /\p{Script=Latin}/u;
const ALIKE_LATIN = /[\p{Script=Cyrillic}\p{Script=Greek}]/u;

/** The first word in which letters of another alphabet may pass for Latin ones. */
const mixedWord = (name: string): string | null =>
  name.match(WORD)?.find((word) => LATIN.test(word) && ALIKE_LATIN.test(word)) ?? null;

/** Letters that are drawn like a Latin one, small or large (UTS 39 has more, which differ to the eye). */
const LOOKALIKES = new Map(
  [
    ...'аa вb сc ԁd еe нh һh іi јj кk ӏl мm оo рp ԛq ѕs тt уy ѵv ԝw хx'.split(' '),
    ...'αa βb εe ηh ιi κk μm νv οo ρp τt υy χx ζz'.split(' '),
  ].map((pair) => [pair.slice(0, 1), pair.slice(1)]),
);

/**
 * Names with one fold look alike: they differ by case, by compatibility forms (NFKC), by letters of another alphabet or by what is
 * invisible. Two names of one account must not.
 */
export const foldName = (name: string): string => {
  const plain = name
    .normalize('NFKC')
    .replaceAll(/[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}]/gu, '')
    .replaceAll(/\s+/gu, ' ')
    .trim();
  // Up and down again, character by character, is close to Unicode's full case folding: ß is ss, and a final sigma is a sigma.
  const folded = Array.from(plain.toUpperCase(), (character) => character.toLowerCase()).join('');
  return Array.from(folded.normalize('NFKC'), (letter) => LOOKALIKES.get(letter) ?? letter).join('');
};

/** @throws Problem `invalid` */
export const checkName = (name: string): void => {
  const expected = expectedOfName(name);
  if (expected === null) return;
  throw new Problem('invalid', {
    pointer: '/name',
    message: `name is ${JSON.stringify(name)}; expected ${expected}.`,
  });
};

/** The name, or the name with the lowest number from 2 that no other one looks like. */
export const freeName = (name: string, taken: readonly string[]): string => {
  const folds = new Set(taken.map(foldName));
  let free = name;
  for (let number = 2; folds.has(foldName(free)); number += 1) free = `${name} ${number}`;
  return free;
};

/** As people look it up: `U+202E`. */
export const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
