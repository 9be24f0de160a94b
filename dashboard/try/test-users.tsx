import { ActionIcon, Button, Group, Menu, ScrollArea, Text, TextInput } from '@mantine/core';
import { IconTrash, IconUser } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { usePermitted } from '../session/session.ts';
import { contextStrings as words } from '../strings/contexts.ts';
import { strings } from '../strings.ts';
import { readContext, readTestUsers, type TestUser, writeTestUsers } from './context-text.ts';
import { useContexts } from './contexts.ts';

interface UsersProps {
  readonly title: string;
  readonly users: readonly TestUser[];
  readonly onPick: (text: string) => void;
  /** Null: this person may not. */
  readonly forget: ((user: TestUser) => void) | null;
}

const Users = ({ title, users, onPick, forget }: UsersProps) =>
  users.length > 0 && (
    <>
      <Menu.Label>{title}</Menu.Label>
      <ScrollArea.Autosize mah={220}>
        {users.map((user) => (
          <Group key={user.name} gap={4} wrap="nowrap">
            <Menu.Item closeMenuOnClick onClick={() => onPick(user.text)} flex={1} miw={0}>
              <bdi>{user.name}</bdi>
            </Menu.Item>
            {forget !== null && (
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={strings.tryUser.forget(user.name)}
                onClick={() => forget(user)}
              >
                <IconTrash size={14} />
              </ActionIcon>
            )}
          </Group>
        ))}
      </ScrollArea.Autosize>
    </>
  );

interface TestUsersProps {
  readonly app: string;
  readonly text: string;
  readonly onPick: (text: string) => void;
}

/** Contexts that are tried often, under a name: those of the app, which everybody has, and those of this browser. */
export const TestUsers = ({ app, text, onPick }: TestUsersProps) => {
  const [opened, setOpened] = useState(false);
  const [mine, setMine] = useState<readonly TestUser[]>(() => readTestUsers(window.localStorage));
  const [typed, setTyped] = useState('');
  const writable = usePermitted('write');
  const { shared, share, unshare } = useContexts(app, opened);
  const keep = (next: readonly TestUser[]) => {
    setMine(next);
    writeTestUsers(window.localStorage, next);
  };
  const name = typed.trim();
  const read = readContext(text);
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (name === '') return;
    keep([...mine.filter((user) => user.name !== name), { name, text }]);
    setTyped('');
  };
  const shareIt = () => {
    if (name === '' || 'message' in read) return;
    share({ name, context: read.context });
    setTyped('');
  };
  return (
    <Menu position="bottom-end" width={300} closeOnItemClick={false} opened={opened} onChange={setOpened}>
      <Menu.Target>
        <Button size="compact-sm" variant="default" leftSection={<IconUser size={14} />}>
          {strings.tryUser.users}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {mine.length + shared.length === 0 && (
          <Text size="sm" c="dimmed" p="xs">
            {strings.tryUser.noUsers}
          </Text>
        )}
        <Users
          title={words.shared}
          users={shared}
          onPick={onPick}
          forget={writable ? (user) => unshare(user.name) : null}
        />
        <Users
          title={words.mine}
          users={mine}
          onPick={onPick}
          forget={(user) => keep(mine.filter((each) => each !== user))}
        />
        <Menu.Divider />
        <form onSubmit={add}>
          <Group gap={6} p={6}>
            <TextInput
              size="xs"
              aria-label={strings.tryUser.nameUser}
              placeholder={strings.tryUser.nameUser}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              maxLength={64}
              w="100%"
            />
            <Button size="xs" type="submit" variant="light">
              {strings.tryUser.keep}
            </Button>
            {writable && (
              <Button
                size="xs"
                variant="light"
                disabled={name === '' || 'message' in read}
                onClick={shareIt}
                title={words.shareHint}
              >
                {words.share}
              </Button>
            )}
          </Group>
        </form>
      </Menu.Dropdown>
    </Menu>
  );
};
