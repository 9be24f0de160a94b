import {
  ActionIcon,
  Button,
  Card,
  Checkbox,
  Group,
  Stack,
  TagsInput,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { StoredFlag } from '../api.ts';
import type { DraftMetadata } from '../draft/draft.ts';
import { snippetOf } from '../flags/new-flag.ts';
import { Snippet } from '../shell/snippet.tsx';
import { keepingStrings as words } from '../strings/keeping.ts';
import { strings } from '../strings.ts';
import { DeleteFlag } from './delete-flag.tsx';
import { newId } from './query.ts';
import type { Editing } from './use-draft.ts';

const Metadata = ({ editing, writable }: { readonly editing: Editing; readonly writable: boolean }) => {
  const { draft, finished, edit } = editing;
  const set = (change: (before: readonly DraftMetadata[]) => readonly DraftMetadata[]) =>
    edit((before) => ({ ...before, metadata: change(before.metadata) }));
  const change = (id: string, part: Partial<DraftMetadata>) =>
    set((before) => before.map((each) => (each.id === id ? { ...each, ...part } : each)));
  return (
    <Stack gap="xs">
      <div>
        <Text size="sm" fw={500}>
          {strings.flagSettings.metadata}
        </Text>
        <Text size="xs" c="dimmed">
          {strings.flagSettings.metadataHint}
        </Text>
      </div>
      {draft.metadata.map(({ id, name, text }) => (
        <Group key={id} gap="xs" wrap="nowrap" align="flex-start">
          <TextInput
            aria-label={strings.flagSettings.metadataName}
            placeholder={strings.flagSettings.metadataName}
            value={name}
            error={finished.problems.find((problem) => problem.id === id)?.message}
            onChange={(event) => change(id, { name: event.currentTarget.value })}
            disabled={!writable}
            flex={1}
          />
          <TextInput
            aria-label={strings.flagSettings.metadataValue}
            placeholder={strings.flagSettings.metadataValue}
            value={text}
            onChange={(event) => change(id, { text: event.currentTarget.value })}
            disabled={!writable}
            flex={1}
          />
          {writable && (
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={strings.flagSettings.removeMetadata(name)}
              onClick={() => set((before) => before.filter((each) => each.id !== id))}
            >
              <IconTrash size={16} />
            </ActionIcon>
          )}
        </Group>
      ))}
      {writable && (
        <Group>
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconPlus size={14} />}
            onClick={() => set((before) => [...before, { id: newId(), name: '', text: '', was: null }])}
          >
            {strings.flagSettings.addMetadata}
          </Button>
        </Group>
      )}
    </Stack>
  );
};

interface FlagSettingsProps {
  readonly app: string;
  readonly flag: StoredFlag;
  readonly editing: Editing;
  readonly writable: boolean;
}

export const FlagSettings = ({ app, flag, editing, writable }: FlagSettingsProps) => {
  const { draft, edit } = editing;
  return (
    <Stack>
      <Card withBorder component="section" aria-label={strings.flag.tabs.settings}>
        <Stack>
          <Title order={2} size="h4">
            {strings.flag.tabs.settings}
          </Title>
          <Textarea
            label={strings.createFlag.description}
            description={strings.createFlag.descriptionHint}
            value={draft.description}
            onChange={(event) => {
              const description = event.currentTarget.value;
              edit((before) => ({ ...before, description }));
            }}
            disabled={!writable}
            autosize
            minRows={2}
            maxRows={8}
            dir="auto"
          />
          <TagsInput
            label={strings.flagSettings.tags}
            description={strings.flagSettings.tagsHint}
            value={[...draft.tags]}
            onChange={(tags) => edit((before) => ({ ...before, tags }))}
            disabled={!writable}
            acceptValueOnBlur
          />
          <TextInput
            label={words.owner}
            description={words.ownerHint}
            value={draft.owner}
            onChange={(event) => {
              const owner = event.currentTarget.value;
              edit((before) => ({ ...before, owner }));
            }}
            maxLength={128}
            disabled={!writable}
            dir="auto"
          />
          <Metadata editing={editing} writable={writable} />
          <Checkbox
            label={strings.flagSettings.clientSide}
            description={strings.flagSettings.clientSideHint}
            checked={draft.clientSide}
            onChange={(event) => {
              const clientSide = event.currentTarget.checked;
              edit((before) => ({ ...before, clientSide }));
            }}
            disabled={!writable}
          />
          {(['permanent', 'protected'] as const).map((field) => (
            <Checkbox
              key={field}
              label={words[field]}
              description={words[`${field}Hint`]}
              checked={draft[field]}
              onChange={(event) => {
                const { checked } = event.currentTarget;
                edit((before) => ({ ...before, [field]: checked }));
              }}
              disabled={!writable}
            />
          ))}
          <Text size="sm" c="dimmed">
            {strings.flagSettings.buckets} <code>{flag.bucketing.hash}</code>,{' '}
            <code>{flag.bucketing.salt}</code>
          </Text>
        </Stack>
      </Card>
      <Card withBorder>
        <Snippet label={strings.flag.inCode} code={snippetOf(flag.key, flag.type)} />
      </Card>
      {writable && <DeleteFlag app={app} flag={flag} />}
    </Stack>
  );
};
