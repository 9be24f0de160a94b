import { Button, Group, Title } from '@mantine/core';
import type { StoredFlag } from '../api.ts';
import { strings } from '../strings.ts';
import { Timeline } from './timeline.tsx';

interface FlagTimelineProps {
  readonly app: string;
  readonly flag: StoredFlag;
  readonly highlighted?: string | undefined;
  /** Only the latest few, with the way to the rest. */
  readonly recent?: boolean;
  readonly openHistory?: () => void;
}

const RECENT = 3;

export const FlagTimeline = ({ app, flag, highlighted, recent = false, openHistory }: FlagTimelineProps) => {
  const title = recent ? strings.flag.recent : strings.history.title;
  return (
    <section aria-label={title}>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h4">
          {title}
        </Title>
        {recent && (
          <Button variant="subtle" size="compact-sm" onClick={openHistory}>
            {strings.flag.allChanges}
          </Button>
        )}
      </Group>
      <Timeline
        app={app}
        query={{ key: flag.key, through: true }}
        own="flag"
        highlighted={highlighted}
        limit={recent ? RECENT : undefined}
      />
    </section>
  );
};
