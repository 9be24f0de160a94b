import { Alert, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ApiError, call, type StoredSegment, segmentPath } from '../api.ts';
import { segmentQuery, segmentsKey } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { askWithReason } from '../shell/ask.tsx';
import { sayDone, sayFailed } from '../shell/notify.tsx';
import { segmentPage } from '../strings/segment-page.ts';
import classes from './segments.module.css';

const words = segmentPage.remove;

const isInUse = (error: Error | null): error is ApiError => error instanceof ApiError && error.status === 409;

/** Deletes a segment; of one in use it says what uses it, as the server found it then. */
export const DeleteSegment = ({
  app,
  segment,
}: {
  readonly app: string;
  readonly segment: StoredSegment;
}) => {
  const { account } = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: (comment: string) =>
      call(segmentPath(account, app, segment.key), { method: 'DELETE', ifMatch: segment.version, comment }),
    onError: (error) => {
      if (!isInUse(error)) sayFailed(words.failed(segment.key), error);
    },
    onSuccess: async () => {
      sayDone(words.done(segment.key));
      await navigate({ to: '/apps/$app/segments', params: { app }, ignoreBlocker: true });
      client.removeQueries({ queryKey: segmentQuery(account, app, segment.key).queryKey });
      void client.invalidateQueries({ queryKey: segmentsKey(account, app) });
      void client.invalidateQueries({ queryKey: [account, app, 'changelog'] });
    },
  });
  const ask = () =>
    askWithReason({
      title: words.title(segment.key),
      help: words.help,
      confirm: words.confirm,
      danger: true,
      go: (reason) => remove.mutate(reason),
    });
  return (
    <Card withBorder component="section" aria-label={words.confirm}>
      <Stack gap="sm">
        <Group justify="space-between">
          <div>
            <Title order={2} size="h5">
              {words.confirm}
            </Title>
            <Text size="sm" c="dimmed">
              {words.help}
            </Text>
          </div>
          <Button color="red" variant="light" loading={remove.isPending} onClick={ask}>
            {words.confirm}
          </Button>
        </Group>
        {isInUse(remove.error) && (
          <Alert color="red" role="alert" title={words.inUse}>
            <ul className={classes['users']}>
              {remove.error.issues.map(({ message }) => (
                <li key={message}>
                  <bdi>{message}</bdi>
                </li>
              ))}
            </ul>
          </Alert>
        )}
      </Stack>
    </Card>
  );
};
