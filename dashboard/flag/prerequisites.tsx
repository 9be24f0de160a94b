import { jointShare } from '@halyard/control-plane/exposure';
import type { Flag, Prerequisite } from '@halyard/engine';
import { ActionIcon, Alert, Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { DraftPrerequisite } from '../draft/draft.ts';
import { FlagField, VariationsField } from '../rules/flag-field.tsx';
import { sayDone } from '../shell/notify.tsx';
import { prerequisiteStrings as words } from '../strings/prerequisites.ts';
import { useSurroundings } from '../try/surroundings.ts';
import { prerequisitesWords } from '../words/condition.ts';
import { jointWords } from '../words/joint.ts';
import { Sentence } from '../words/sentence.tsx';
import classes from './flag.module.css';
import { newId } from './query.ts';
import type { Editing } from './use-draft.ts';

interface PrerequisitesProps {
  readonly app: string;
  readonly editing: Editing;
  readonly writable: boolean;
}

const isChosen = ({ flag, variations }: Prerequisite): boolean => flag !== '' && variations.length > 0;

/** How many get anything while all prerequisites are met, as they are now. */
const Joint = ({ app, flag: drafted }: { readonly app: string; readonly flag: Flag }) => {
  const flag = useMemo(
    // One that is still being chosen would be one that nobody meets.
    () => ({ ...drafted, prerequisites: drafted.prerequisites?.filter(isChosen) ?? [] }),
    [drafted],
  );
  const around = useSurroundings(app, flag, true);
  const said = useMemo(
    () => (around === null ? null : jointWords(flag, jointShare({ ...flag, enabled: true }, around.flag))),
    [flag, around],
  );
  return (
    <Text size="sm" role="status">
      {said !== null && <Sentence words={said} />}
    </Text>
  );
};

interface RowProps {
  readonly app: string;
  readonly flag: string;
  readonly prerequisite: DraftPrerequisite;
  readonly place: number;
  readonly problem: string | null;
  readonly change: (prerequisite: DraftPrerequisite) => void;
  readonly remove: () => void;
}

const Row = ({ app, flag, prerequisite, place, problem, change, remove }: RowProps) => (
  <li aria-label={words.place(place)}>
    <Group gap="xs" align="flex-start">
      <FlagField
        app={app}
        value={prerequisite.flag}
        onChange={(key) => change({ ...prerequisite, flag: key })}
        except={flag}
      />
      <Text size="sm" py={8}>
        {words.serves}
      </Text>
      <VariationsField
        app={app}
        flag={prerequisite.flag}
        value={prerequisite.variations}
        onChange={(variations) => change({ ...prerequisite, variations })}
      />
      <ActionIcon
        variant="subtle"
        color="gray"
        size={36}
        aria-label={words.remove(prerequisite.flag)}
        onClick={remove}
      >
        <IconTrash size={16} />
      </ActionIcon>
    </Group>
    {problem !== null && (
      <Alert color="red" mt={6} p="xs" role="alert">
        {problem}
      </Alert>
    )}
  </li>
);

/** The flags that have to be on and serve something before this one serves anything, and what that leaves of its share. */
export const Prerequisites = ({ app, editing, writable }: PrerequisitesProps) => {
  const { draft, finished, edit } = editing;
  const { prerequisites } = draft;
  const set = (change: (before: readonly DraftPrerequisite[]) => readonly DraftPrerequisite[]) =>
    edit((before) => ({ ...before, prerequisites: change(before.prerequisites) }));
  const remove = (gone: DraftPrerequisite, place: number) => {
    set((before) => before.filter(({ id }) => id !== gone.id));
    sayDone(words.removed(gone.flag), () =>
      set((before) => (before.some(({ id }) => id === gone.id) ? before : before.toSpliced(place, 0, gone))),
    );
  };
  if (prerequisites.length === 0 && !writable) return null;
  return (
    <Stack gap="xs" mb="sm" component="section" aria-label={words.title}>
      {prerequisites.length > 0 && (
        <div>
          <Title order={2} size="h4">
            {words.title}
          </Title>
          <Text size="sm" c="dimmed">
            {words.lead}
          </Text>
          <Joint app={app} flag={finished.flag} />
        </div>
      )}
      {writable ? (
        <ul className={classes['prerequisites']}>
          {prerequisites.map((prerequisite, index) => (
            <Row
              key={prerequisite.id}
              app={app}
              flag={finished.flag.key}
              prerequisite={prerequisite}
              place={index + 1}
              problem={finished.problems.find(({ id }) => id === prerequisite.id)?.message ?? null}
              change={(changed) =>
                set((before) => before.map((each) => (each.id === changed.id ? changed : each)))
              }
              remove={() => remove(prerequisite, index)}
            />
          ))}
        </ul>
      ) : (
        <Text size="sm">
          <Sentence cut words={prerequisitesWords(prerequisites)} app={app} />
        </Text>
      )}
      {writable && (
        <Group>
          <Button
            variant={prerequisites.length === 0 ? 'subtle' : 'default'}
            size="compact-md"
            leftSection={<IconPlus size={14} />}
            onClick={() => set((before) => [...before, { id: newId(), flag: '', variations: [] }])}
          >
            {words.add}
          </Button>
        </Group>
      )}
    </Stack>
  );
};
