import { Alert, List, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle, IconX } from '@tabler/icons-react';
import { ApiError } from '../api.ts';
import { reachStrings as words } from '../strings/reach.ts';
import { Sentence } from '../words/sentence.tsx';
import { percent, plain, value, variation, type Words } from '../words/words.ts';
import type { ExposureChange, Reaches, ShownAnswer, useReach } from './dry-run.ts';
import classes from './reach.module.css';

const FLAGS_SHOWN = 8;
const LINES_SHOWN = 20;

const Refusal = ({ error }: { readonly error: Error }) => {
  const issues = error instanceof ApiError && error.issues.length > 0 ? error.issues : [error];
  const refused = error instanceof ApiError && error.status === 400;
  return (
    <Alert color="red" role="alert" title={refused ? words.refused : words.unknown}>
      {issues.map(({ message }) => (
        <div key={message}>{message}</div>
      ))}
    </Alert>
  );
};

/** Null: nobody. */
const shareOf = ({ share }: ExposureChange['after']): string | null => (share === 0 ? null : percent(share));

const Exposed = ({ before, after }: ExposureChange) => {
  const named = after.cohorts.reduce((sum, { size }) => sum + size, 0);
  return (
    <Text size="sm">
      {words.exposure(shareOf(before), shareOf(after))} {named > 0 && words.named(named)}
    </Text>
  );
};

const Affected = ({ affects, always }: Pick<Reaches, 'affects'> & { readonly always: boolean }) => {
  if (affects.length === 0) return always ? <Text size="sm">{words.nothing}</Text> : null;
  const shown = affects.slice(0, FLAGS_SHOWN);
  return (
    <div>
      <Text size="sm">{words.affects(affects.length)}</Text>
      <List size="sm">
        {shown.map(({ flag, exposure }) => (
          <List.Item key={flag}>
            <bdi>{flag}</bdi>
            {words.upTo(percent(exposure.after.share))}
          </List.Item>
        ))}
        {affects.length > shown.length && <List.Item>{words.more(affects.length - shown.length)}</List.Item>}
      </List>
    </div>
  );
};

const Failing = ({ tests, blocking }: Pick<Reaches, 'tests'> & { readonly blocking: boolean }) =>
  tests.length > 0 && (
    <Alert
      color={blocking ? 'red' : 'yellow'}
      role="alert"
      title={words.tests(tests.length)}
      icon={blocking ? <IconX size={18} /> : <IconAlertTriangle size={18} />}
    >
      {tests.slice(0, LINES_SHOWN).map(({ flag, name, message }) => (
        <div key={JSON.stringify([flag, name])}>
          <bdi>{message}</bdi>
        </div>
      ))}
      <div>{blocking ? words.blocked : words.warned}</div>
    </Alert>
  );

const answerWords = (answer: ShownAnswer): Words => {
  if (answer === null) return [plain(words.noFlag)];
  if (answer.errorCode !== undefined) return [value(answer.errorCode)];
  return [answer.variant === undefined ? plain(words.own) : variation(answer.variant)];
};

const Answers = ({ answers }: Pick<Reaches, 'answers'>) =>
  answers.length > 0 && (
    <div>
      <Text size="sm">{words.answers(answers.length)}</Text>
      <List size="sm">
        {answers.slice(0, LINES_SHOWN).map(({ context, flag, before, after }) => (
          <List.Item key={JSON.stringify([context, flag])}>
            <bdi>{words.answer(context, flag)}</bdi>
            <Sentence words={[...answerWords(before), plain(words.to), ...answerWords(after)]} />
          </List.Item>
        ))}
      </List>
    </div>
  );

interface ReachProps {
  readonly reach: ReturnType<typeof useReach>;
  readonly blocking: boolean;
  /** Of a segment only what depends on it counts; a flag has an exposure of its own. */
  readonly of: 'flag' | 'segment';
}

/** What a change does beyond its own lines, before it is saved: whom it exposes, what depends on it, which tests and saved contexts it turns. */
export const Reach = ({ reach: { data, error }, blocking, of }: ReachProps) => (
  <section aria-label={words.title} className={classes['reach']}>
    <Title order={3} size="h5">
      {words.title}
    </Title>
    {data === undefined ? (
      error === null ? (
        <Text size="sm" c="dimmed" role="status">
          {words.pending}
        </Text>
      ) : (
        <Refusal error={error} />
      )
    ) : (
      <Stack gap="xs">
        {of === 'flag' && <Exposed {...data.exposure} />}
        <Affected affects={data.affects} always={of === 'segment'} />
        <Answers answers={data.answers} />
        {data.hints.map((hint) => (
          <Alert key={hint} color="yellow" p="xs" icon={<IconInfoCircle size={18} />}>
            {hint}
          </Alert>
        ))}
        <Failing tests={data.tests} blocking={blocking} />
      </Stack>
    )}
  </section>
);
