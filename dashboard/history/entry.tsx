import { Group, Paper, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ChangelogEntry } from '../api.ts';
import { Mark } from '../shell/mark.tsx';
import { Moment } from '../shell/moment.tsx';
import { strings } from '../strings.ts';
import { changesInWords } from '../words/change.ts';
import { Sentence } from '../words/sentence.tsx';
import { summaryWords } from '../words/summary.ts';
import { ChangeList } from './change-list.tsx';
import classes from './history.module.css';

const TONES = { create: 'good', update: 'changed', delete: 'bad' } as const;

interface EntryProps {
  readonly app: string;
  readonly entry: ChangelogEntry;
  /** The app's timeline names the flag; a flag's own does not. */
  readonly named: boolean;
  readonly highlighted?: boolean;
  readonly actions?: ReactNode;
}

export const Entry = ({ app, entry, named, highlighted = false, actions }: EntryProps) => (
  <Paper
    component="li"
    id={`entry-${entry.id}`}
    className={classes['entry']}
    data-event={entry.event}
    data-highlighted={highlighted}
    p="md"
  >
    <Group justify="space-between" align="flex-start" gap="xs">
      <Group gap={8}>
        <Mark tone={TONES[entry.event]}>{strings.history.events[entry.event]}</Mark>
        {named && (
          <Link to="/apps/$app/flags/$key" params={{ app, key: entry.flag_key }} className={classes['flag']}>
            {entry.flag_key}
          </Link>
        )}
        <Text size="sm">
          {strings.history.by(entry.actor.name)} <Moment at={entry.at} c="dimmed" />
        </Text>
      </Group>
      <Group gap={6}>
        <Text size="xs" c="dimmed">
          {strings.history.version(entry.version)}
        </Text>
        {actions}
      </Group>
    </Group>
    {entry.comment && (
      <Text size="sm" mt={8} className={classes['comment']}>
        {entry.comment}
      </Text>
    )}
    <Stack gap={0} mt={8}>
      {entry.diff === undefined ? (
        <Text size="sm" c="dimmed">
          {entry.event === 'delete' ? strings.history.lastServed : strings.history.firstServed}
          <Sentence words={summaryWords(entry.after)} />
        </Text>
      ) : (
        <ChangeList changes={changesInWords(entry.diff)} />
      )}
    </Stack>
  </Paper>
);
