import type { Permission } from '../api.ts';

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

const DAY_MS = 86_400_000;

/** The body that mints the token of a filled form. Only an `evaluate` token is a browser's, so only it has origins. */
export const newTokenOf = ({ name, permission, apps, origins, life }: TokenForm, nowMs: number) => ({
  name: name.trim(),
  permission,
  ...(apps.length === 0 ? {} : { app_ids: apps }),
  ...(permission !== 'evaluate' || origins.length === 0 ? {} : { allowed_origins: origins }),
  ...(life === 'never' ? {} : { expires_at: new Date(nowMs + Number(life) * DAY_MS).toISOString() }),
});
