import type { Stores } from '@halyard/control-plane';
import {
  mintId,
  mintLink,
  mintSecret,
  PERMISSIONS,
  sha256Hex,
  signInToken,
  systemRandom,
} from '@halyard/control-plane/access';
import { checkNewToken, newTokenBody } from '@halyard/control-plane/new-token';
import { Problem } from '@halyard/control-plane/problem';
import { COMMAND_ACTOR } from './actor.ts';
import { type Command, UsageError } from './command-line.ts';
import type { Settings } from './settings.ts';

const writeNow = () => ({ actor: COMMAND_ACTOR, at: new Date().toISOString(), comment: null });

/** A one-time link that signs in as the token with this name; by default the oldest living admin token. */
export const signInLink = async (stores: Stores, settings: Settings, name?: string): Promise<string> => {
  const { account, publicUrl, host, port } = settings;
  const now = Date.now();
  const token = await signInToken(stores.accounts, account, now, name);
  if (token === null) {
    throw new Problem('not_found', {
      message:
        name === undefined
          ? 'There is no admin token to sign in with; make one with "halyard token create --name NAME --permission admin".'
          : `There is no living token named "${name}" with the permission read or more.`,
    });
  }
  const url = publicUrl ?? `http://${host}:${port}`;
  return (await mintLink(stores.accounts, { account, token_id: token.id }, url, writeNow(), systemRandom))
    .url;
};

export const tokenCommand = (stores: Stores, settings: Settings, command: Command): Promise<string> => {
  switch (command.words[0]) {
    case 'list':
      return list(stores, settings.account);
    case 'create':
      return create(stores, settings.account, command);
    case 'revoke':
      return revoke(stores, settings.account, command.words[1]);
    default:
      throw new UsageError('The token commands are "halyard token list", "create" and "revoke".');
  }
};

const list = async (stores: Stores, account: string): Promise<string> => {
  const tokens = await stores.accounts.tokens(account);
  const rows = tokens.map(({ id, name, permission, app_ids, last_used_at, revoked_at }) => [
    id,
    permission,
    app_ids === null ? 'all apps' : app_ids.join(','),
    revoked_at !== null
      ? `revoked ${revoked_at}`
      : last_used_at === null
        ? 'never used'
        : `used ${last_used_at}`,
    name,
  ]);
  return rows.length === 0 ? 'There are no tokens.' : rows.map((row) => row.join('  ')).join('\n');
};

const create = async (stores: Stores, account: string, { options }: Command): Promise<string> => {
  const [name] = options.get('--name') ?? [];
  const [permissionText] = options.get('--permission') ?? [];
  const permission = PERMISSIONS.find((one) => one === permissionText);
  const [expires] = options.get('--expires') ?? [];
  const mistakes = [
    ...(name === undefined || name.trim() === ''
      ? ['--name is missing; a token is named for whoever holds it.']
      : []),
    ...(permission === undefined
      ? [`--permission is ${permissionText ?? 'missing'}; expected one of ${PERMISSIONS.join(', ')}.`]
      : []),
    ...(expires !== undefined && Number.isNaN(Date.parse(expires))
      ? [`--expires is "${expires}"; expected a date such as 2027-01-31.`]
      : []),
  ];
  if (name === undefined || permission === undefined || mistakes.length > 0)
    throw new UsageError(mistakes.join('\n'));
  const asked = newTokenBody.parse({
    name,
    permission,
    app_ids: options.get('--app') ?? null,
    allowed_origins: options.get('--origin') ?? null,
    expires_at: expires === undefined ? null : new Date(expires).toISOString(),
  });
  checkNewToken(asked, { apps: await stores.accounts.apps(account), at: new Date().toISOString() });
  const secret = mintSecret('hly_', systemRandom);
  await stores.accounts.ensureAccount(account, new Date().toISOString());
  const token = await stores.accounts.createToken(
    account,
    {
      id: mintId(systemRandom),
      hash: await sha256Hex(secret),
      name,
      permission,
      app_ids: asked.app_ids ?? null,
      allowed_origins: asked.allowed_origins ?? null,
      expires_at: asked.expires_at ?? null,
    },
    writeNow(),
  );
  return `${secret}\n(the secret of the token ${token.id}, ${permission}, shown this once)`;
};

const revoke = async (stores: Stores, account: string, id: string | undefined): Promise<string> => {
  if (id === undefined)
    throw new UsageError('Name the token to revoke by its id, as in "halyard token revoke ID".');
  await stores.accounts.revokeToken(account, id, writeNow());
  return `The token ${id} is revoked.`;
};
