import { Card, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type App, type AppPatch, appPath, call } from '../api.ts';
import { appsQuery } from '../queries.ts';
import { usePermitted, useSession } from '../session/session.ts';
import { sayDone, sayFailed } from '../shell/notify.tsx';
import { testStrings } from '../strings/tests.ts';

const words = testStrings.app;

/** Whether a change that makes a test of a flag fail is refused, or only warned of. */
export const TestsSetting = ({ app }: { readonly app: App }) => {
  const { account } = useSession();
  const client = useQueryClient();
  const admin = usePermitted('admin');
  const save = useMutation({
    mutationFn: (tests: App['tests']) => {
      const patch: AppPatch = { tests };
      return call<App>(appPath(account, app.id), { method: 'PATCH', body: patch });
    },
    onSuccess: async ({ result }) => {
      await client.invalidateQueries({ queryKey: appsQuery(account).queryKey });
      sayDone(words.saved(result.tests === 'block'));
    },
    onError: (error) => sayFailed(words.failed, error),
  });
  const shown = save.isPending ? save.variables : app.tests;
  return (
    <Card withBorder component="section" aria-label={words.title}>
      <Stack gap="xs">
        <div>
          <Title order={2} size="h5">
            {words.title}
          </Title>
          <Text size="sm" c="dimmed">
            {words.help}
          </Text>
        </div>
        {admin && (
          <div>
            <SegmentedControl
              aria-label={words.title}
              value={shown}
              onChange={(tests) => save.mutate(tests === 'block' ? 'block' : 'warn')}
              disabled={save.isPending}
              data={[
                { value: 'warn', label: words.choices.warn },
                { value: 'block', label: words.choices.block },
              ]}
            />
          </div>
        )}
        <Text size="sm">{words[shown]}</Text>
      </Stack>
    </Card>
  );
};
