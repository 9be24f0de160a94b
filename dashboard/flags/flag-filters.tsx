import { Button, Group, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { FlagSearch } from '../queries.ts';
import { flagsStrings } from '../strings/flags.ts';
import { strings } from '../strings.ts';
import { isType, TYPES } from './flag-search.ts';

interface FlagFiltersProps {
  readonly search: FlagSearch;
  /** Undefined takes a filter away. */
  readonly filter: (change: { readonly [Name in keyof FlagSearch]?: FlagSearch[Name] | undefined }) => void;
}

const PAUSE_MS = 250;

const By = ({ search, filter }: FlagFiltersProps) => {
  const [text, setText] = useState(search.by ?? '');
  const tell = useDebouncedCallback((by: string) => filter({ by: by === '' ? undefined : by }), PAUSE_MS);
  useEffect(() => setText(search.by ?? ''), [search.by]);
  return (
    <TextInput
      aria-label={flagsStrings.by}
      placeholder={flagsStrings.by}
      value={text}
      w={150}
      onChange={(event) => {
        setText(event.currentTarget.value);
        tell(event.currentTarget.value);
      }}
    />
  );
};

/** What the list is narrowed by beside its search, and how it is sorted. */
export const FlagFilters = ({ search, filter }: FlagFiltersProps) => (
  <Group gap="sm" role="group" aria-label={flagsStrings.filters}>
    <SegmentedControl
      aria-label={strings.flags.state}
      value={search.state ?? 'all'}
      onChange={(state) => filter({ state: state === 'enabled' || state === 'disabled' ? state : undefined })}
      data={[
        { value: 'all', label: strings.flags.all },
        { value: 'enabled', label: strings.flags.on },
        { value: 'disabled', label: strings.flags.off },
      ]}
    />
    <Select
      aria-label={flagsStrings.type}
      placeholder={flagsStrings.anyType}
      clearable
      w={130}
      data={TYPES.map((type) => ({ value: type, label: strings.types[type] }))}
      value={search.type ?? null}
      onChange={(type) => filter({ type: isType(type) ? type : undefined })}
    />
    <By search={search} filter={filter} />
    <Select
      aria-label={flagsStrings.sort}
      allowDeselect={false}
      w={170}
      data={[
        { value: 'key', label: flagsStrings.sorts.key },
        { value: 'updated', label: flagsStrings.sorts.updated },
      ]}
      value={search.sort ?? 'key'}
      onChange={(sort) => filter({ sort: sort === 'updated' ? sort : undefined })}
    />
    {(search.tag ?? []).map((tag) => (
      <Button
        key={tag}
        variant="light"
        size="sm"
        maw="100%"
        rightSection={<IconX size={14} aria-hidden="true" />}
        onClick={() => filter({ tag: search.tag?.filter((each) => each !== tag) })}
      >
        <bdi>{strings.flags.tagFilter(tag)}</bdi>
      </Button>
    ))}
  </Group>
);
