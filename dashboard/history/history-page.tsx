import { Button, Group, SegmentedControl, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useAppName } from '../apps/app-name.ts';
import type { ChangelogSearch } from '../queries.ts';
import { useTitle } from '../shell/title.ts';
import { historyStrings } from '../strings/history.ts';
import { strings } from '../strings.ts';
import { dayOf, endOfDay, startOfDay } from './days.ts';
import { ExportHistory } from './export.tsx';
import { isSpan, useSince } from './span.ts';
import { Timeline } from './timeline.tsx';

const route = getRouteApi('/signed-in/apps/$app/history');

interface FilterFieldProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

const FilterField = ({ label, placeholder, value, onChange }: FilterFieldProps) => {
  const [text, setText] = useState(value);
  const tell = useDebouncedCallback(onChange, 250);
  useEffect(() => setText(value), [value]);
  return (
    <TextInput
      label={label}
      placeholder={placeholder}
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
  const { entry, last, ...filters } = route.useSearch();
  const navigate = route.useNavigate();
  const since = useSince(last);
  const query: ChangelogSearch = since === undefined ? filters : { ...filters, since };
  useTitle(strings.history.title, useAppName(app));
  const filter = (change: { readonly [Name in keyof ChangelogSearch | 'last']?: string | undefined }) =>
    void navigate({
      replace: true,
      search: ({ entry: _, ...before }) =>
        Object.fromEntries(Object.entries({ ...before, ...change }).filter(([, value]) => value)),
    });
  const clear = Object.keys(query).length > 0 && (
    <Button variant="default" onClick={() => void navigate({ replace: true, search: {} })}>
      {filters.commit === undefined ? historyStrings.clear : historyStrings.showAll}
    </Button>
  );
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1} size="h2">
          {strings.history.title}
        </Title>
        <ExportHistory app={app} query={query} />
      </Group>
      {filters.commit !== undefined ? (
        <Group gap="sm">
          <Text fw={600}>{historyStrings.onlyCommit(filters.commit)}</Text>
          {clear}
        </Group>
      ) : (
        <Group gap="sm" align="flex-end" role="search" aria-label={strings.history.filter}>
          <SegmentedControl
            aria-label={historyStrings.recent}
            value={last ?? 'all'}
            onChange={(span) => filter({ last: isSpan(span) ? span : undefined, since: undefined })}
            data={(['15m', '1h', '24h', 'all'] as const).map((span) => ({
              value: span,
              label: historyStrings.spans[span],
            }))}
          />
          <FilterField
            label={strings.history.flag}
            placeholder={historyStrings.flagHint}
            value={filters.flag ?? ''}
            onChange={(flag) => filter({ flag })}
          />
          <FilterField
            label={strings.history.person}
            placeholder={historyStrings.personHint}
            value={filters.actor ?? ''}
            onChange={(actor) => filter({ actor })}
          />
          <TextInput
            type="date"
            label={strings.history.since}
            value={dayOf(filters.since)}
            onChange={(event) => filter({ since: startOfDay(event.currentTarget.value), last: undefined })}
          />
          <TextInput
            type="date"
            label={strings.history.until}
            value={dayOf(filters.until)}
            onChange={(event) => filter({ until: endOfDay(event.currentTarget.value) })}
          />
          {clear}
        </Group>
      )}
      <Timeline app={app} query={query} own={null} highlighted={entry} clear={clear || undefined} />
    </Stack>
  );
};
