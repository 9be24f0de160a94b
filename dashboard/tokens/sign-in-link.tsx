import { isEdgePermission } from '@halyard/control-plane/permission';
import { Button, Modal, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { accountPath, call, type Token } from '../api.ts';
import { useSession } from '../session/session.ts';
import { sayFailed } from '../shell/notify.tsx';
import { Snippet } from '../shell/snippet.tsx';
import { strings } from '../strings.ts';

interface Link {
  readonly url: string;
  readonly expires_at: string;
}

/** A one-time link that signs a person in without ever showing them the token. */
export const SignInLink = ({ token }: { readonly token: Token }) => {
  const { account } = useSession();
  const mint = useMutation({
    mutationFn: () =>
      call<Link>(`${accountPath(account)}/tokens/${encodeURIComponent(token.id)}/link`, { method: 'POST' }),
    onError: (error) => sayFailed(strings.tokens.linkFailed, error),
  });
  if (isEdgePermission(token.permission)) return null;
  return (
    <>
      <Button
        size="compact-sm"
        variant="subtle"
        loading={mint.isPending}
        onClick={() => mint.mutate()}
        aria-label={strings.tokens.linkFor(token.name)}
      >
        {strings.tokens.link}
      </Button>
      <Modal
        opened={mint.data !== undefined}
        onClose={mint.reset}
        title={strings.tokens.linkFor(token.name)}
        size="lg"
      >
        <Stack>
          <Text size="sm">{strings.tokens.linkHelp}</Text>
          {mint.data && <Snippet label={strings.tokens.link} code={mint.data.result.url} />}
        </Stack>
      </Modal>
    </>
  );
};
