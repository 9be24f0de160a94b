import { Button, Grid, Group, Text } from '@mantine/core';
import { flagPage } from '../strings/flag-page.ts';
import { TryPanel } from '../try/try-panel.tsx';
import classes from './flag.module.css';
import { Targeting } from './targeting.tsx';
import type { Editing } from './use-draft.ts';
import type { Trying } from './use-trying.ts';

interface TargetingTabProps {
  readonly app: string;
  readonly editing: Editing;
  readonly trying: Trying;
  readonly writable: boolean;
}

/** The rules, and beside them, once it is opened, the user that is tried on them. */
export const TargetingTab = ({ app, editing, trying, writable }: TargetingTabProps) => (
  <Grid gap="lg">
    {trying.opened ? (
      <Grid.Col span={{ base: 12, lg: 4 }} order={{ base: 1, lg: 2 }}>
        <div className={classes['beside']}>
          <TryPanel
            app={app}
            flag={editing.finished.flag}
            text={trying.text}
            onText={trying.setText}
            problem={trying.problem}
            explanation={trying.explanation}
            unsaved={editing.dirty}
            makeTest={writable ? trying.makeTest : null}
            close={trying.close}
          />
        </div>
      </Grid.Col>
    ) : (
      <Grid.Col span={12}>
        <Group gap="xs" justify="flex-end">
          <Text size="sm" c="dimmed">
            {flagPage.tryUser.help}
          </Text>
          <Button size="compact-md" variant="default" onClick={trying.open}>
            {flagPage.tryUser.open}
          </Button>
        </Group>
      </Grid.Col>
    )}
    <Grid.Col span={{ base: 12, lg: trying.opened ? 8 : 12 }} order={{ base: 2, lg: 1 }}>
      <Targeting app={app} editing={editing} writable={writable} explanation={trying.explanation} />
    </Grid.Col>
  </Grid>
);
