import type { Scalar } from '@halyard/engine';
import {
  ActionIcon,
  Button,
  FileButton,
  Group,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { IconPlus, IconSearch, IconUpload, IconX } from '@tabler/icons-react';
import { type DragEvent, useRef, useState } from 'react';
import { membersIn } from '../rules/list-members.ts';
import { segmentPage as words } from '../strings/segment-page.ts';
import { withMembers } from './draft.ts';
import classes from './segments.module.css';

interface MembersFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly members: readonly Scalar[];
  readonly change: (change: (members: readonly Scalar[]) => readonly Scalar[]) => void;
  readonly writable: boolean;
}

/** More are found by searching, not by scrolling. */
const SHOWN = 100;
/** From so many on there is a search. */
const SEARCHED = 12;
/** A list of 5,000 members is smaller. */
const FILE_BYTES = 1024 * 1024;

const List = ({ label, members, change, writable }: Omit<MembersFieldProps, 'hint'>) => {
  const [sought, seek] = useState('');
  const piece = sought.trim().toLowerCase();
  const found = piece === '' ? members : members.filter((each) => String(each).toLowerCase().includes(piece));
  const shown = found.slice(0, SHOWN);
  return (
    <>
      {members.length > SEARCHED && (
        <TextInput
          type="search"
          aria-label={words.searchMembers(label)}
          placeholder={words.searchMembers(label)}
          leftSection={<IconSearch size={16} />}
          value={sought}
          onChange={(event) => seek(event.currentTarget.value)}
        />
      )}
      {shown.length > 0 && (
        // It scrolls, and without buttons in it no key would reach it.
        <ul className={classes['members']} aria-label={label} tabIndex={writable ? undefined : 0}>
          {shown.map((member) => (
            <li key={String(member)} className={classes['member']}>
              <bdi>{String(member)}</bdi>
              {writable && (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size={24}
                  aria-label={words.removeMember(String(member))}
                  onClick={() => change((before) => before.filter((each) => String(each) !== String(member)))}
                >
                  <IconX size={14} />
                </ActionIcon>
              )}
            </li>
          ))}
        </ul>
      )}
      {found.length !== shown.length && (
        <Text size="sm" c="dimmed">
          {words.moreMembers(found.length - shown.length)}
        </Text>
      )}
      {piece !== '' && found.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.noSuchMember(sought.trim())}
        </Text>
      )}
    </>
  );
};

/** Where members are typed, pasted, or dropped as a file. */
const AddMembers = ({ label, members, change }: Pick<MembersFieldProps, 'label' | 'members' | 'change'>) => {
  const [text, setText] = useState('');
  const [said, say] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  const resetFile = useRef<() => void>(null);
  const add = (given: string) => {
    const more = membersIn(given);
    if (more.length === 0) return;
    const added = withMembers(members, more).length - members.length;
    change((before) => withMembers(before, more));
    say(words.added(added, new Set(more).size - added));
    setText('');
  };
  const take = async (file: File | null | undefined) => {
    resetFile.current?.();
    if (!file) return;
    if (file.size > FILE_BYTES) say(words.fileTooLarge(file.name));
    else add(await file.text());
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a file may be dropped here; the button beside does the same.
    <div
      className={classes['drop']}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Textarea
        aria-label={words.addTo(label)}
        placeholder={words.addHint}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        // What was pasted and not added would be missing from what is saved.
        onBlur={() => add(text)}
        autosize
        minRows={2}
        maxRows={8}
        spellCheck={false}
        autoCapitalize="none"
      />
      <Group gap="xs" mt="xs">
        <Button
          size="compact-md"
          variant="default"
          leftSection={<IconPlus size={14} />}
          disabled={text.trim() === ''}
          onClick={() => add(text)}
        >
          {words.add}
        </Button>
        <FileButton resetRef={resetFile} onChange={(file) => void take(file)} accept="text/*,.csv,.txt">
          {(props) => (
            <Button
              {...props}
              size="compact-md"
              variant="subtle"
              leftSection={<IconUpload size={14} />}
              aria-label={words.fileFor(label)}
            >
              {words.file}
            </Button>
          )}
        </FileButton>
        <Text size="sm" c="dimmed" role="status">
          {said}
        </Text>
      </Group>
    </div>
  );
};

/** A list of members by name: searched, taken out one by one, and added to. */
export const MembersField = ({ label, hint, members, change, writable }: MembersFieldProps) => (
  <section aria-label={label}>
    <Stack gap="xs">
      <div>
        <Title order={2} size="h5">
          {label} · {members.length.toLocaleString('en')}
        </Title>
        <Text size="xs" c="dimmed">
          {hint}
        </Text>
      </div>
      <List label={label} members={members} change={change} writable={writable} />
      {writable && <AddMembers label={label} members={members} change={change} />}
    </Stack>
  </section>
);
