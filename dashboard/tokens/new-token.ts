import type { ApiIssue, Permission } from '../api.ts';
import { tokensStrings } from '../strings/tokens.ts';
import { strings } from '../strings.ts';

export const LIVES = ['never', '30', '90', '365'] as const;
export type LifeDays = (typeof LIVES)[number];

export interface TokenForm {
  readonly name: string;
  readonly permission: Permission;
  /** Ids; none: every app. */
  readonly apps: string[];
  readonly origins: string[];
  readonly life: LifeDays;
}

const isOrigin = (text: string): boolean => {
  try {
    const url = new URL(text);
    return (url.protocol === 'https:' || url.protocol === 'http:') && url.origin === text;
  } catch {
    return false;
  }
};

/** What a person has to change before the form can be sent, by field. */
export const problemsOf = (
  { name, permission, apps, origins }: TokenForm,
  taken: readonly string[],
): Readonly<Partial<Record<keyof TokenForm, string>>> => {
  const wrong = origins.find((origin) => !isOrigin(origin));
  const browser = permission === 'evaluate' && origins.length > 0;
  return {
    ...(name.trim() === '' ? { name: strings.tokens.nameNeeded } : {}),
    ...(taken.includes(name.trim()) ? { name: tokensStrings.nameTaken(name.trim()) } : {}),
    ...(browser && wrong !== undefined ? { origins: tokensStrings.origin(wrong) } : {}),
    ...(browser && apps.length !== 1 ? { apps: tokensStrings.oneApp } : {}),
  };
};

/** The fields of the form that a refusal of the API is about, by its pointers. */
const FIELDS: Readonly<Record<string, keyof TokenForm>> = {
  name: 'name',
  permission: 'permission',
  app_ids: 'apps',
  allowed_origins: 'origins',
  expires_at: 'life',
};

/** Where each issue belongs; what belongs to no field is left for the form as a whole. */
export const refusalOf = (
  issues: readonly ApiIssue[],
): {
  readonly fields: Readonly<Partial<Record<keyof TokenForm, string>>>;
  readonly rest: readonly string[];
} => {
  const fields: Partial<Record<keyof TokenForm, string>> = {};
  const rest: string[] = [];
  for (const { pointer = '', message } of issues) {
    const field = FIELDS[pointer.split('/')[1] ?? ''];
    if (field === undefined) rest.push(message);
    else fields[field] = message;
  }
  return { fields, rest };
};

const DAY_MS = 86_400_000;

/** The body that mints the token of a filled form. Only an `evaluate` token is a browser's, so only it has origins. */
export const newTokenOf = ({ name, permission, apps, origins, life }: TokenForm, nowMs: number) => ({
  name: name.trim(),
  permission,
  ...(apps.length === 0 ? {} : { app_ids: apps }),
  ...(permission !== 'evaluate' || origins.length === 0 ? {} : { allowed_origins: origins }),
  ...(life === 'never' ? {} : { expires_at: new Date(nowMs + Number(life) * DAY_MS).toISOString() }),
});
