import { Button, Group, Stack, TextInput, Title } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { ChangelogSearch } from '../queries.ts';
import { useTitle } from '../shell/title.ts';
import { strings } from '../strings.ts';
import { dayOf, endOfDay, startOfDay } from './days.ts';
import { EntryActions } from './entry-actions.tsx';
import { ExportHistory } from './export.tsx';
import { Timeline } from './timeline.tsx';

const route = getRouteApi('/signed-in/apps/$app/history');

interface FilterFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

const FilterField = ({ label, value, onChange }: FilterFieldProps) => {
  const [text, setText] = useState(value);
  const tell = useDebouncedCallback(onChange, 250);
  useEffect(() => setText(value), [value]);
  return (
    <TextInput
      label={label}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        tell(event.currentTarget.value);
      }}
      flex={1}
      miw={140}
    />
  );
};

export const HistoryPage = () => {
  const { app } = route.useParams();
  const { entry, ...query } = route.useSearch();
  const navigate = route.useNavigate();
  useTitle(strings.history.title);
  const filter = (change: { readonly [Name in keyof ChangelogSearch]: string | undefined }) =>
    void navigate({
      replace: true,
      search: ({ entry: _, ...before }) =>
        Object.fromEntries(Object.entries({ ...before, ...change }).filter(([, value]) => value)),
    });
  const filtered = Object.keys(query).length > 0;
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1} size="h2">
          {strings.history.title}
        </Title>
        <ExportHistory app={app} query={query} />
      </Group>
      <Group gap="sm" align="flex-end" role="search" aria-label={strings.history.filter}>
        <FilterField
          label={strings.history.flag}
          value={query.flag ?? ''}
          onChange={(flag) => filter({ flag })}
        />
        <FilterField
          label={strings.history.person}
          value={query.actor ?? ''}
          onChange={(actor) => filter({ actor })}
        />
        <TextInput
          type="date"
          label={strings.history.since}
          value={dayOf(query.since)}
          onChange={(event) => filter({ since: startOfDay(event.currentTarget.value) })}
        />
        <TextInput
          type="date"
          label={strings.history.until}
          value={dayOf(query.until)}
          onChange={(event) => filter({ until: endOfDay(event.currentTarget.value) })}
        />
        {filtered && (
          <Button
            variant="subtle"
            onClick={() => filter({ flag: undefined, actor: undefined, since: undefined, until: undefined })}
          >
            {strings.history.clear}
          </Button>
        )}
      </Group>
      <Timeline
        app={app}
        query={query}
        named
        highlighted={entry}
        actions={(each) => <EntryActions app={app} entry={each} current={false} />}
      />
    </Stack>
  );
};
