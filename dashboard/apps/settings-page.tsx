import { Stack, Title } from '@mantine/core';
import { useTitle } from '../shell/title.ts';
import { strings } from '../strings.ts';

export const SettingsPage = () => {
  useTitle(strings.settings.title);
  return (
    <Stack>
      <Title order={1} size="h2">
        {strings.settings.title}
      </Title>
    </Stack>
  );
};
