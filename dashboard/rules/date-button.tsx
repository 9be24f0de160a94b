import { ActionIcon, Popover, TextInput, Tooltip } from '@mantine/core';
import { IconCalendar } from '@tabler/icons-react';
import { strings } from '../strings.ts';

/** The browser takes a time without a zone for the reader's own; a flag means UTC by it. */
const ZONELESS = /[T ]\d\d:\d\d(?::[\d.]+)?$/i;

const inZone = (text: string): string => {
  const date = new Date(ZONELESS.test(text) ? `${text}Z` : text);
  if (Number.isNaN(date.getTime())) return '';
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
};

interface DateButtonProps {
  readonly text: string;
  /** Gets an ISO 8601 instant in UTC. */
  readonly onPick: (text: string) => void;
}

/** Picks a moment in the reader's own zone with the browser's own picker. */
export const DateButton = ({ text, onPick }: DateButtonProps) => (
  <Popover trapFocus position="bottom-end" withArrow>
    <Popover.Target>
      <Tooltip label={strings.builder.pickDate}>
        <ActionIcon variant="subtle" color="gray" aria-label={strings.builder.pickDate}>
          <IconCalendar size={16} />
        </ActionIcon>
      </Tooltip>
    </Popover.Target>
    <Popover.Dropdown>
      <TextInput
        type="datetime-local"
        label={strings.builder.dateLabel}
        data-autofocus
        value={inZone(text)}
        onChange={(event) => {
          const picked = new Date(event.currentTarget.value);
          if (!Number.isNaN(picked.getTime())) onPick(picked.toISOString());
        }}
      />
    </Popover.Dropdown>
  </Popover>
);
