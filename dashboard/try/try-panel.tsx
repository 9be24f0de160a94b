import type { Explanation, Flag } from '@halyard/engine';
import {
  ActionIcon,
  Alert,
  Button,
  Card,
  CloseButton,
  Group,
  JsonInput,
  Menu,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { IconTestPipe, IconTrash, IconUser } from '@tabler/icons-react';
import { useRouter } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { CopyIcon } from '../shell/copy-icon.tsx';
import { LongText } from '../shell/long-text.tsx';
import { flagPage } from '../strings/flag-page.ts';
import { testStrings } from '../strings/tests.ts';
import { strings } from '../strings.ts';
import { Sentence } from '../words/sentence.tsx';
import { plain, value, variation } from '../words/words.ts';
import { readTestUsers, type TestUser, writeTestUsers } from './context-text.ts';
import classes from './try.module.css';

interface AnswerProps {
  readonly explanation: Explanation;
  readonly enabled: boolean;
  /** Null: this person may not write. */
  readonly makeTest: (() => void) | null;
}

const Answer = ({ explanation, enabled, makeTest }: AnswerProps) => {
  const { evaluation, why } = explanation;
  if (evaluation.kind === 'failed') {
    return (
      <Alert color="red" title={evaluation.code} role="alert">
        {evaluation.message}
      </Alert>
    );
  }
  return (
    <div className={classes['answer']} role="status" aria-label={strings.tryUser.result}>
      <Text>
        <Sentence
          cut
          words={
            evaluation.kind === 'unserved'
              ? [plain(strings.tryUser.unserved)]
              : [
                  plain(enabled ? strings.tryUser.gets : strings.tryUser.wouldGet),
                  variation(evaluation.variant),
                  plain(' = '),
                  value(JSON.stringify(evaluation.value)),
                ]
          }
        />
      </Text>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {evaluation.reason}: <LongText text={why} />
      </Text>
      {explanation.prerequisites.map(({ flag, met, why: because }) => (
        <Text key={flag} size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {met ? testStrings.met : testStrings.notMet} <LongText text={because} />
        </Text>
      ))}
      {makeTest !== null && (
        <Group gap="xs" mt={6}>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconTestPipe size={14} />}
            disabled={!enabled}
            onClick={makeTest}
          >
            {testStrings.make}
          </Button>
          {!enabled && (
            <Text size="xs" c="dimmed">
              {testStrings.whileOff}
            </Text>
          )}
        </Group>
      )}
    </div>
  );
};

const TestUsers = ({ text, onPick }: { readonly text: string; readonly onPick: (text: string) => void }) => {
  const [users, setUsers] = useState<readonly TestUser[]>(() => readTestUsers(window.localStorage));
  const [name, setName] = useState('');
  const keep = (next: readonly TestUser[]) => {
    setUsers(next);
    writeTestUsers(window.localStorage, next);
  };
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === '') return;
    keep([...users.filter((user) => user.name !== name.trim()), { name: name.trim(), text }]);
    setName('');
  };
  return (
    <Menu position="bottom-end" width={280} closeOnItemClick={false}>
      <Menu.Target>
        <Button size="compact-sm" variant="default" leftSection={<IconUser size={14} />}>
          {strings.tryUser.users}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {users.length === 0 && (
          <Text size="sm" c="dimmed" p="xs">
            {strings.tryUser.noUsers}
          </Text>
        )}
        {users.map((user) => (
          <Group key={user.name} gap={4} wrap="nowrap">
            <Menu.Item closeMenuOnClick onClick={() => onPick(user.text)} flex={1}>
              {user.name}
            </Menu.Item>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={strings.tryUser.forget(user.name)}
              onClick={() => keep(users.filter((each) => each !== user))}
            >
              <IconTrash size={14} />
            </ActionIcon>
          </Group>
        ))}
        <Menu.Divider />
        <form onSubmit={add}>
          <Group gap={6} p={6} wrap="nowrap">
            <TextInput
              size="xs"
              aria-label={strings.tryUser.nameUser}
              placeholder={strings.tryUser.nameUser}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              flex={1}
            />
            <Button size="xs" type="submit" variant="light">
              {strings.tryUser.keep}
            </Button>
          </Group>
        </form>
      </Menu.Dropdown>
    </Menu>
  );
};

interface TryPanelProps {
  readonly flag: Flag;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly problem: string | null;
  readonly explanation: Explanation | null;
  readonly unsaved: boolean;
  /** Keeps the answer as a test of the flag; null: this person may not write. */
  readonly makeTest: (() => void) | null;
  readonly close: () => void;
}

/** Whose context, what they get, and why; computed here from what is on the screen, saved or not. */
export const TryPanel = (props: TryPanelProps) => {
  const { flag, text, onText, problem, explanation, unsaved, makeTest, close } = props;
  const router = useRouter();
  const { href } = router.buildLocation({ to: '.', search: (before) => ({ ...before, context: text }) });
  return (
    <Card withBorder component="section" aria-label={strings.tryUser.title}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4">
            {strings.tryUser.title}
          </Title>
          <Group gap={6}>
            <TestUsers text={text} onPick={onText} />
            <CopyIcon
              what="link"
              variant="default"
              value={new URL(router.history.createHref(href), window.location.origin).href}
              label={strings.tryUser.share}
            />
            <CloseButton aria-label={flagPage.tryUser.close} onClick={close} />
          </Group>
        </Group>
        <JsonInput
          label={strings.tryUser.context}
          description={strings.tryUser.contextHint}
          placeholder={flagPage.tryUser.placeholder}
          data-autofocus
          value={text}
          onChange={onText}
          autosize
          minRows={4}
          maxRows={14}
          error={problem}
          spellCheck={false}
        />
        {explanation === null || text.trim() === '' ? (
          <Text size="sm" c="dimmed">
            {strings.tryUser.enter}
          </Text>
        ) : (
          <Answer explanation={explanation} enabled={flag.enabled} makeTest={makeTest} />
        )}
        {unsaved && (
          <Text size="xs" c="dimmed">
            {strings.tryUser.unsaved}
          </Text>
        )}
      </Stack>
    </Card>
  );
};
