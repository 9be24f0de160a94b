import type { Explanation, Flag } from '@halyard/engine';
import { Alert, Button, Card, CloseButton, Group, JsonInput, Stack, Text, Title } from '@mantine/core';
import { IconTestPipe } from '@tabler/icons-react';
import { useRouter } from '@tanstack/react-router';
import { CopyIcon } from '../shell/copy-icon.tsx';
import { LongText } from '../shell/long-text.tsx';
import { flagPage } from '../strings/flag-page.ts';
import { testStrings } from '../strings/tests.ts';
import { strings } from '../strings.ts';
import { Sentence } from '../words/sentence.tsx';
import { plain, value, variation } from '../words/words.ts';
import { TestUsers } from './test-users.tsx';
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

interface TryPanelProps {
  readonly app: string;
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
  const { app, flag, text, onText, problem, explanation, unsaved, makeTest, close } = props;
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
            <TestUsers app={app} text={text} onPick={onText} />
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
