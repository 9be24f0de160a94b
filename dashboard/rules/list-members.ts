/** A member between commas, semicolons, tabs or lines; in quotes, as spreadsheets save it, it may hold these itself. */
const MEMBER = /[^\S\n\t]*"((?:[^"]|"")*)"[^\S\n\t]*(?=[\n\t,;]|$)|[^\n\t,;]+/g;

/** The members in a text, typed, pasted or of a file, in its order; one that is there twice is twice. */
export const membersIn = (text: string): readonly string[] =>
  [...text.replace(/^\uFEFF/, '').matchAll(MEMBER)]
    .map(([whole, quoted]) => quoted?.replaceAll('""', '"') ?? whole.trim())
    .filter((member) => member !== '');

/**
 * The members of a list as somebody gave them, typed or pasted with commas, semicolons, tabs or lines between, each once. A member
 * that was there before stays whole: a name stored as `Lovelace, Ada` is one.
 */
export const listMembers = (given: readonly string[], before: readonly string[]): readonly string[] => [
  ...new Set(given.flatMap((text) => (before.includes(text) ? [text] : membersIn(text)))),
];
