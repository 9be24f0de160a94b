import { Alert, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { IconCheck, IconPlus, IconTestPipe, IconX } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { type DraftTest, newTest } from '../draft/tests.ts';
import type { Editing } from '../flag/use-draft.ts';
import { sayDone } from '../shell/notify.tsx';
import { Empty } from '../shell/states.tsx';
import { testStrings as words } from '../strings/tests.ts';
import { strings } from '../strings.ts';
import { useSurroundings } from '../try/surroundings.ts';
import { Sentence } from '../words/sentence.tsx';
import { testWords } from '../words/test.ts';
import { runTests } from './run.ts';
import { TestFields } from './test-fields.tsx';
import classes from './tests.module.css';

interface TestsProps {
  readonly app: string;
  readonly editing: Editing;
  readonly writable: boolean;
}

const Result = ({ failure }: { readonly failure: string | null | undefined }) => {
  if (failure === undefined) {
    return (
      <Text size="sm" c="dimmed">
        {words.running}
      </Text>
    );
  }
  return failure === null ? (
    <Text size="sm" className={classes['passes']}>
      <IconCheck size={14} aria-hidden="true" /> {words.passes}
    </Text>
  ) : (
    <Text size="sm" className={classes['fails']} style={{ overflowWrap: 'anywhere' }}>
      <IconX size={14} aria-hidden="true" /> {words.fails}: <bdi>{failure}</bdi>
    </Text>
  );
};

interface TestCardProps {
  readonly test: DraftTest;
  readonly editing: Editing;
  readonly place: number;
  readonly failure: string | null | undefined;
  readonly writable: boolean;
  readonly change: (test: DraftTest) => void;
  readonly remove: () => void;
}

const TestCard = ({ test, editing, place, failure, writable, change, remove }: TestCardProps) => {
  const [open, setOpen] = useState(test.name === '');
  const problem = editing.finished.problems.find(({ id }) => id === test.id)?.message ?? null;
  const finished = editing.finished.flag.tests?.[place];
  return (
    <Card withBorder component="li" p="sm" aria-label={test.name}>
      <Group justify="space-between" align="flex-start" gap="xs">
        <div className={classes['what']}>
          <Text size="sm">{finished !== undefined && <Sentence cut words={testWords(finished)} />}</Text>
          {problem === null && <Result failure={failure} />}
        </div>
        {writable && (
          <Group gap={2} wrap="nowrap">
            <Button
              size="compact-md"
              variant="subtle"
              aria-expanded={open}
              aria-label={open ? words.done(test.name) : words.edit(test.name)}
              onClick={() => setOpen(!open)}
            >
              {open ? strings.rule.done : strings.rule.editShort}
            </Button>
            <Button
              size="compact-md"
              variant="subtle"
              color="red"
              aria-label={words.remove(test.name)}
              onClick={remove}
            >
              {strings.remove}
            </Button>
          </Group>
        )}
      </Group>
      {problem !== null && (
        <Alert color="red" mt="sm" p="xs" role="alert">
          {problem}
        </Alert>
      )}
      {open && writable && (
        <TestFields
          test={test}
          variations={editing.draft.variations}
          rules={editing.finished.flag.rules}
          change={change}
        />
      )}
    </Card>
  );
};

/** As the API takes them. */
const MOST = 100;
const SHOWN = 20;

/** The flag's tests, each with how it comes out on what is on the screen, saved or not. */
export const Tests = ({ app, editing, writable }: TestsProps) => {
  const { draft, finished, edit } = editing;
  const change = (to: (tests: readonly DraftTest[]) => readonly DraftTest[]) =>
    edit((before) => ({ ...before, tests: to(before.tests) }));
  const [shown, show] = useState(SHOWN);
  const around = useSurroundings(app, finished.flag, true);
  const results = useMemo(
    () => (around === null ? null : runTests(finished.flag, around)),
    [finished.flag, around],
  );
  const remove = (test: DraftTest, place: number) => {
    change((tests) => tests.filter(({ id }) => id !== test.id));
    sayDone(words.removed(test.name), () =>
      change((tests) => (tests.some(({ id }) => id === test.id) ? tests : tests.toSpliced(place, 0, test))),
    );
  };
  const add = () => {
    change((tests) => [...tests, newTest()]);
    show(Math.max(shown, draft.tests.length + 1));
  };
  const addButton = writable && (
    <Button
      variant="default"
      leftSection={<IconPlus size={16} />}
      disabled={draft.tests.length >= MOST}
      onClick={add}
    >
      {words.add}
    </Button>
  );
  if (draft.tests.length === 0) {
    return (
      <Empty icon={<IconTestPipe />} title={words.none} action={addButton}>
        {words.noneHelp}
      </Empty>
    );
  }
  const failing = (results ?? []).filter((failure) => failure !== null).length;
  return (
    <Stack gap="sm">
      <div>
        <Title order={2} size="h4">
          {words.title}
        </Title>
        <Text size="sm" c="dimmed">
          {words.lead}
        </Text>
        <Text size="sm" role="status">
          {results === null ? words.running : words.summary(draft.tests.length, failing)}
        </Text>
      </div>
      <ul className={classes['tests']}>
        {draft.tests.slice(0, shown).map((test, index) => (
          <TestCard
            key={test.id}
            test={test}
            editing={editing}
            place={index}
            failure={results?.[index]}
            writable={writable}
            change={(changed) =>
              change((tests) => tests.map((each) => (each.id === test.id ? changed : each)))
            }
            remove={() => remove(test, index)}
          />
        ))}
      </ul>
      <Group>
        {addButton}
        {draft.tests.length > shown && (
          <Button variant="subtle" onClick={() => show(draft.tests.length)}>
            {words.more(draft.tests.length - shown)}
          </Button>
        )}
      </Group>
    </Stack>
  );
};
