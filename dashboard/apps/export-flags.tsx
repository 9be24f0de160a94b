import { Button, Card, Group, Text, Title } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type App, appPath, download } from '../api.ts';
import { useSession } from '../session/session.ts';
import { sayFailed } from '../shell/notify.tsx';
import { saveFile } from '../shell/save-file.ts';
import { strings } from '../strings.ts';

export const ExportFlags = ({ app }: { readonly app: App }) => {
  const { account } = useSession();
  const save = useMutation({
    mutationFn: async () =>
      saveFile(
        `${app.name}.ndjson`,
        await download(`${appPath(account, app.id)}/export`),
        'application/x-ndjson',
      ),
    onError: (error) => sayFailed(strings.settings.exportTitle, error),
  });
  return (
    <Card withBorder component="section" aria-label={strings.settings.exportTitle}>
      <Group justify="space-between">
        <div style={{ flex: 1, minWidth: 220 }}>
          <Title order={2} size="h5">
            {strings.settings.exportTitle}
          </Title>
          <Text size="sm" c="dimmed">
            {strings.settings.exportHelp}
          </Text>
        </div>
        <Button
          variant="default"
          leftSection={<IconDownload size={16} />}
          loading={save.isPending}
          onClick={() => save.mutate()}
        >
          {strings.settings.exportButton}
        </Button>
      </Group>
    </Card>
  );
};
