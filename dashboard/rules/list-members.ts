const SEPARATORS = /[\n\t,;]+/;

/**
 * The members of a list as somebody gave them, typed or pasted with commas, semicolons, tabs or lines between, each once. A member
 * that was there before stays whole: a name stored as `Lovelace, Ada` is one.
 */
export const listMembers = (given: readonly string[], before: readonly string[]): readonly string[] => [
  ...new Set(
    given
      .flatMap((text) => (before.includes(text) ? [text] : text.split(SEPARATORS).map((each) => each.trim())))
      .filter((member) => member !== ''),
  ),
];
