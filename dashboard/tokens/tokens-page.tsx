import { Badge, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { App, Token } from '../api.ts';
import { appsQuery, tokensQuery } from '../queries.ts';
import { usePermitted, useSession } from '../session/session.ts';
import { useCommand } from '../shell/commands.ts';
import { Moment } from '../shell/moment.tsx';
import { StackedCell, StackedRow, StackedTable } from '../shell/stacked-table.tsx';
import { Empty, Failure, Loading } from '../shell/states.tsx';
import { useTitle } from '../shell/title.ts';
import { tokensStrings } from '../strings/tokens.ts';
import { strings } from '../strings.ts';
import { CreateToken } from './create-token.tsx';
import { kindOf } from './kind.ts';
import { RevokeToken } from './revoke-token.tsx';
import { SignInLink } from './sign-in-link.tsx';

const { columns } = strings.tokens;

const scopeOf = (token: Token, apps: readonly App[]): string => {
  if (token.app_ids === null) return strings.tokens.allApps;
  return token.app_ids.map((id) => apps.find((app) => app.id === id)?.name ?? id).join(', ');
};

const TokenRow = ({ token, apps }: { readonly token: Token; readonly apps: readonly App[] }) => {
  const { token_id } = useSession();
  return (
    <StackedRow>
      <StackedCell>
        <div>
          <Text fw={600} size="sm" style={{ overflowWrap: 'anywhere' }}>
            <bdi>{token.name}</bdi>
          </Text>
          <Text size="xs" c="dimmed">
            {tokensStrings.kinds[kindOf(token)]}
          </Text>
          {token.id === token_id && (
            <Text size="xs" c="dimmed">
              {strings.tokens.yours}
            </Text>
          )}
        </div>
      </StackedCell>
      <StackedCell label={columns.permission}>
        <Badge variant="light" radius="sm" tt="none">
          {strings.permissions[token.permission].name}
        </Badge>
      </StackedCell>
      <StackedCell label={columns.apps}>
        <div>
          <Text size="sm">{scopeOf(token, apps)}</Text>
          {token.allowed_origins !== null && (
            <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              {token.allowed_origins.join(', ')}
            </Text>
          )}
        </div>
      </StackedCell>
      <StackedCell label={tokensStrings.columns.created}>
        <div>
          <Text size="sm">
            <Moment at={token.created_at} />
          </Text>
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            <bdi>{tokensStrings.by(token.created_by)}</bdi>
          </Text>
        </div>
      </StackedCell>
      <StackedCell label={columns.used}>
        <div>
          <Text size="sm">
            {token.last_used_at === null ? strings.tokens.neverUsed : <Moment at={token.last_used_at} />}
          </Text>
          {token.expires_at !== null && (
            <Text size="xs" c="dimmed">
              {strings.tokens.expires} <Moment at={token.expires_at} />
            </Text>
          )}
        </div>
      </StackedCell>
      <StackedCell actions>
        <Group gap={4} wrap="nowrap" justify="flex-end">
          <SignInLink token={token} />
          <RevokeToken token={token} own={token.id === token_id} />
        </Group>
      </StackedCell>
    </StackedRow>
  );
};

export const TokensPage = () => {
  useTitle(strings.tokens.title);
  const { account } = useSession();
  const tokens = useQuery(tokensQuery(account));
  const apps = useQuery(appsQuery(account)).data ?? [];
  const [creating, create] = useDisclosure(false);
  const permitted = usePermitted('admin');
  useCommand('create', strings.tokens.create, permitted ? create.open : null);
  const button = permitted && (
    <Button leftSection={<IconPlus size={16} />} onClick={create.open}>
      {strings.tokens.create}
    </Button>
  );
  return (
    <Stack>
      <Group justify="space-between">
        <div>
          <Title order={1} size="h2">
            {strings.tokens.title}
          </Title>
          <Text c="dimmed">{strings.tokens.lead}</Text>
        </div>
        {button}
      </Group>
      {tokens.isPending ? (
        <Loading rows={4} />
      ) : tokens.isError ? (
        <Failure error={tokens.error} retry={() => void tokens.refetch()} />
      ) : tokens.data.length === 0 ? (
        <Empty icon={<IconKey />} title={strings.tokens.none} action={button}>
          {strings.tokens.noneHelp}
        </Empty>
      ) : (
        <StackedTable
          columns={[
            columns.name,
            columns.permission,
            columns.apps,
            tokensStrings.columns.created,
            columns.used,
            '',
          ]}
        >
          {tokens.data.map((token) => (
            <TokenRow key={token.id} token={token} apps={apps} />
          ))}
        </StackedTable>
      )}
      <CreateToken
        apps={apps}
        taken={tokens.data?.map(({ name }) => name) ?? []}
        opened={creating}
        close={create.close}
      />
    </Stack>
  );
};
