import type { AccountEvent, AppPatch } from '../api.ts';

/** The page of the account's own log. */
export const accountLogStrings = {
  title: 'Account log',
  lead: 'Who made and revoked which token, changed which app, dismissed which edge, and signed in, when and from where.',
  columns: { when: 'When', who: 'Who', what: 'What', from: 'From' },
  none: 'Nothing has happened yet',
  noneHelp: 'Tokens, apps, sign-in links and sign-ins will be listed here.',
  noneOfThese: 'No entries of this kind',
  older: 'Show older entries',
  kind: 'Show',
  here: "the control plane's machine",
  kinds: {
    all: 'Everything',
    tokens: 'Tokens',
    apps: 'Apps',
    projects: 'Projects and environments',
    signIns: 'Links and sign-ins',
    operations: 'Operations',
  },
  /** What of an app was changed. */
  appFields: {
    name: 'name',
    client_side_default: 'new flags in browsers',
    tests: 'failing tests',
  } satisfies Record<keyof AppPatch, string>,
  events: {
    app_created: (name: string) => `created the app ${name}`,
    app_renamed: (from: string, to: string) => `renamed the app ${from} to ${to}`,
    app_changed: (name: string, changes: readonly string[]) =>
      `changed the app ${name}: ${changes.join(', ')}`,
    app_field: (field: string, from: string, to: string) => `${field} from ${from} to ${to}`,
    app_deleted: (name: string, kept: boolean) =>
      `deleted the app ${name}; its history is ${kept ? 'kept' : 'gone'}`,
    app_forgotten: (name: string) => `removed the history of the deleted app ${name}`,
    project_created: (name: string) => `created the project ${name}`,
    project_changed: (from: string, to: string) => `renamed the project ${from} to ${to}`,
    project_deleted: (name: string) => `deleted the project ${name}`,
    environment_added: (key: string, app: string) => `added the environment ${key} (app ${app})`,
    environment_changed: (key: string, app: string) => `changed the environment ${key} (app ${app})`,
    environment_expiring: (key: string, at: string) =>
      `announced that the environment ${key} expires at ${at}`,
    environment_removed: (key: string, app: string) => `removed the environment ${key} (app ${app})`,
    token_created: (name: string, permission: string) => `created the token ${name} (${permission})`,
    token_revoked: (name: string) => `revoked the token ${name}`,
    link_created: (name: string) => `made a sign-in link for ${name}`,
    signed_in: () => 'signed in with a token',
    signed_in_by: (by: string) => `signed in with a link that ${by} made`,
    signed_out: () => 'signed out',
    database_restored: () => 'restored the database from a backup',
    cache_adopted: () => 'took over the flag cache of another database',
    edge_dismissed: (edge: string, version: string) =>
      `dismissed the silent edge ${edge}, which may still serve version ${version}`,
  },
} as const;

export type LogKind = keyof typeof accountLogStrings.kinds;

export const EVENTS_OF: Readonly<Record<LogKind, readonly AccountEvent[]>> = {
  all: [],
  tokens: ['token_created', 'token_revoked'],
  apps: ['app_created', 'app_renamed', 'app_changed', 'app_deleted', 'app_forgotten'],
  projects: [
    'project_created',
    'project_changed',
    'project_deleted',
    'environment_added',
    'environment_changed',
    'environment_expiring',
    'environment_removed',
  ],
  signIns: ['link_created', 'signed_in', 'signed_out'],
  operations: ['database_restored', 'cache_adopted', 'edge_dismissed'],
};
