import { Button, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { accountPath, call, type Token } from '../api.ts';
import { tokensQuery } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { sayDone, sayFailed } from '../shell/notify.tsx';
import { strings } from '../strings.ts';

export const RevokeToken = ({ token, own }: { readonly token: Token; readonly own: boolean }) => {
  const { account } = useSession();
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: () =>
      call(`${accountPath(account)}/tokens/${encodeURIComponent(token.id)}`, { method: 'DELETE' }),
    onError: (error) => sayFailed(strings.tokens.revokeFailed(token.name), error),
    onSuccess: () => {
      sayDone(strings.tokens.revoked(token.name));
      void client.invalidateQueries({ queryKey: tokensQuery(account).queryKey });
    },
  });
  const ask = () =>
    modals.openConfirmModal({
      title: strings.tokens.revokeTitle(token.name),
      children: <Text size="sm">{own ? strings.tokens.revokeOwn : strings.tokens.revokeHelp}</Text>,
      labels: { confirm: strings.tokens.revoke, cancel: strings.cancel },
      confirmProps: { color: 'red' },
      onConfirm: () => revoke.mutate(),
    });
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      color="red"
      loading={revoke.isPending}
      onClick={ask}
      aria-label={strings.tokens.revokeTitle(token.name).replace('?', '')}
    >
      {strings.tokens.revoke}
    </Button>
  );
};
