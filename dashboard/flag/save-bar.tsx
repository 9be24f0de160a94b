import { Alert, Button, Group, Paper, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useSession } from '../session/session.ts';
import { flagPage } from '../strings/flag-page.ts';
import { strings } from '../strings.ts';

interface SaveBarProps {
  readonly changes: number;
  readonly problems: number;
  /** Who changed the same meanwhile; null: nobody did. */
  readonly theirs: { readonly updated_by: string } | null;
  readonly review: () => void;
  readonly discard: () => void;
  readonly merge: () => void;
}

/** How much is unsaved, and what can be done about it. */
export const SaveBar = ({ changes, problems, theirs, review, discard, merge }: SaveBarProps) => {
  const { name } = useSession();
  return (
    <Paper
      withBorder
      shadow="md"
      p="sm"
      bg="var(--halyard-surface)"
      role="region"
      aria-label={strings.saving.bar}
    >
      {theirs !== null && (
        <Alert color="yellow" mb="sm" p="xs" icon={<IconAlertTriangle />} role="alert">
          <Group justify="space-between">
            {theirs.updated_by === name
              ? flagPage.merge.mineElsewhere
              : strings.saving.changedBy(theirs.updated_by)}
            <Button size="compact-sm" variant="default" onClick={merge}>
              {strings.saving.compare}
            </Button>
          </Group>
        </Alert>
      )}
      <Group justify="space-between" gap="xs">
        <Text size="sm" role="status">
          {problems === 0 ? strings.saving.unsaved(changes) : strings.saving.problems(problems)}
        </Text>
        <Group gap="xs">
          <Button variant="default" onClick={discard}>
            {strings.saving.discard}
          </Button>
          <Button onClick={review} disabled={problems > 0 || theirs !== null}>
            {strings.saving.review}
          </Button>
        </Group>
      </Group>
    </Paper>
  );
};
