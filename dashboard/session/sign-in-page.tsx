import { Alert, Center, Paper, Stack, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Logo } from '../shell/logo.tsx';
import { SchemeSwitch } from '../shell/scheme-switch.tsx';
import { useTitle } from '../shell/title.ts';
import { strings } from '../strings.ts';
import { TokenForm } from './token-form.tsx';

const route = getRouteApi('/sign-in');

export const SignInPage = () => {
  useTitle(strings.signIn.title);
  const { to } = route.useSearch();
  const { linkProblem } = route.useLoaderData();
  const navigate = useNavigate();
  const client = useQueryClient();
  const enter = () => {
    client.clear();
    void navigate({ to: to ?? '/', replace: true });
  };
  return (
    <Center component="main" mih="100dvh" p="md" bg="var(--halyard-canvas)">
      <Stack w="100%" maw={400} gap="lg">
        <Logo size={40} />
        <Paper p="xl" radius="lg" withBorder bg="var(--halyard-surface)">
          <Stack>
            <div>
              <Title order={1} size="h3">
                {strings.signIn.title}
              </Title>
              <Text c="dimmed" size="sm">
                {strings.signIn.lead}
              </Text>
            </div>
            {linkProblem !== null && (
              <Alert color="yellow" role="alert" title={strings.signIn.linkFailed}>
                {strings.signIn.linkHelp}
              </Alert>
            )}
            <TokenForm onSignedIn={enter} />
          </Stack>
        </Paper>
        <Center>
          <SchemeSwitch />
        </Center>
      </Stack>
    </Center>
  );
};
