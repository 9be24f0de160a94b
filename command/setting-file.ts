import { readFileSync } from 'node:fs';

type Found = { readonly name: string; readonly text: string | undefined } | { readonly mistake: string };

/** The text of a variable, or of the file that `{variable}_FILE` names, without white space around it. */
export const textOf = (
  variable: string,
  environment: Readonly<Record<string, string | undefined>>,
  mayBeFile: boolean,
): Found => {
  const text = environment[variable];
  const name = `${variable}_FILE`;
  const file = mayBeFile ? environment[name] : undefined;
  if (file === undefined || file === '') return { name: variable, text };
  if (text !== undefined && text !== '') {
    return { mistake: `${variable} and ${name} are both set; expected one of them` };
  }
  try {
    const read = readFileSync(file, 'utf8').trim();
    return read === ''
      ? { mistake: `${name} is "${file}", which is empty; name a file that holds the value` }
      : { name, text: read };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    return { mistake: `${name} is "${file}", which cannot be read (${code}); name a readable file` };
  }
};
