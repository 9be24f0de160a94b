import type { FlagType } from '@halyard/engine';
import { ActionIcon, Button, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { DraftVariation } from '../draft/draft.ts';
import { newId } from '../flag/query.ts';
import { flagPage } from '../strings/flag-page.ts';
import { strings } from '../strings.ts';

/** A variation that nothing is said of yet. */
export const emptyVariation = (): DraftVariation => ({ id: newId(), name: '', text: '' });

interface NewVariationsProps {
  readonly type: FlagType;
  readonly variations: readonly DraftVariation[];
  readonly problems: ReadonlyMap<string, string>;
  readonly change: (variations: readonly DraftVariation[]) => void;
}

/** The variations of a flag that is about to be made: named by who makes it. */
export const NewVariations = ({ type, variations, problems, change }: NewVariationsProps) => {
  const set = (id: string, part: Partial<DraftVariation>) =>
    change(variations.map((each) => (each.id === id ? { ...each, ...part } : each)));
  const Value = type === 'number' ? TextInput : Textarea;
  return (
    <Stack gap="xs" component="fieldset" p={0} m={0} style={{ border: 0 }}>
      <Text component="legend" size="sm" fw={500}>
        {strings.flag.tabs.variations}
      </Text>
      <Text size="xs" c="dimmed">
        {flagPage.create.variationsHint}
      </Text>
      {variations.map(({ id, name, text }, index) => (
        <Group key={id} gap="xs" align="flex-start" wrap="nowrap">
          <TextInput
            aria-label={flagPage.create.nameOf(index + 1)}
            placeholder={strings.variations.name}
            value={name}
            error={problems.get(id)}
            onChange={(event) => set(id, { name: event.currentTarget.value })}
            spellCheck={false}
            autoComplete="off"
            flex={1}
            miw={0}
          />
          <Value
            aria-label={flagPage.create.valueOf(index + 1)}
            placeholder={flagPage.create.placeholders[type]}
            value={text}
            onChange={(event) => set(id, { text: event.currentTarget.value })}
            spellCheck={false}
            flex={2}
            miw={0}
            {...(type === 'number' ? {} : { autosize: true, minRows: 1, maxRows: 8 })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={strings.variations.remove(name === '' ? `${index + 1}` : name)}
            disabled={variations.length === 1}
            onClick={() => change(variations.filter((each) => each.id !== id))}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      ))}
      <Group>
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconPlus size={14} />}
          onClick={() => change([...variations, emptyVariation()])}
        >
          {strings.variations.add}
        </Button>
      </Group>
    </Stack>
  );
};
