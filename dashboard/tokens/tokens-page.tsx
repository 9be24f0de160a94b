import { Stack, Text, Title } from '@mantine/core';
import { useTitle } from '../shell/title.ts';
import { strings } from '../strings.ts';

export const TokensPage = () => {
  useTitle(strings.tokens.title);
  return (
    <Stack>
      <div>
        <Title order={1} size="h2">
          {strings.tokens.title}
        </Title>
        <Text c="dimmed">{strings.tokens.lead}</Text>
      </div>
    </Stack>
  );
};
