import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ApiError } from '../api.ts';
import { ReasonField } from '../shell/reason-field.tsx';
import { Failure, Loading } from '../shell/states.tsx';
import { historyStrings } from '../strings/history.ts';
import { segmentStrings } from '../strings/segments.ts';
import { strings } from '../strings.ts';
import { changesBetween } from '../words/flag-change.ts';
import { Sentence } from '../words/sentence.tsx';
import { currentWords } from '../words/summary.ts';
import { ChangeList } from './change-list.tsx';
import type { Undo } from './undo.ts';
import { MOST_FLAGS, type Plan, type Target, useUndoPlan, useWriteUndo } from './use-undo.ts';

const words = historyStrings.undo;

interface UndoDialogProps {
  readonly app: string;
  readonly target: Target;
  readonly close: () => void;
}

const Preview = ({ undo }: { readonly undo: Undo }) => {
  if (undo.kind === 'nothing') return <Text size="sm">{words.nothing(undo.key)}</Text>;
  if (undo.kind === 'refused') {
    return (
      <Alert color="yellow" title={<bdi>{words.refused(undo.key)}</bdi>}>
        {words.refusedHelp(undo.what)}
      </Alert>
    );
  }
  const { now, result } = undo;
  return (
    <section aria-label={undo.key}>
      <Text size="sm" fw={600}>
        <bdi>{undo.key}</bdi>
      </Text>
      {result === null ? (
        <Text size="sm">{words.goes}</Text>
      ) : now === null ? (
        <Text size="sm">
          {words.comesBack}
          <Sentence words={currentWords(result)} />
        </Text>
      ) : (
        <ChangeList changes={changesBetween(now, result)} />
      )}
    </section>
  );
};

const titleOf = (target: Target): string =>
  target.kind === 'change'
    ? words.change(target.entry.flag_key, target.entry.version)
    : words.commitOf(target.commit);

const reasonOf = (target: Target): string =>
  target.kind === 'change' ? words.reasonOfChange(target.entry.version) : words.reasonOfCommit(target.commit);

const doneOf = (target: Target): string =>
  target.kind === 'change' ? words.doneChange(target.entry.flag_key) : words.doneCommit(target.commit);

const Planned = ({
  app,
  target,
  close,
  plan,
  again,
}: UndoDialogProps & { plan: Plan; again: () => void }) => {
  const [reason, setReason] = useState(reasonOf(target));
  const write = useWriteUndo(app);
  const { undos, changes, segments } = plan;
  const refused = undos.some((undo) => undo.kind === 'refused');
  const possible = !refused && undos.some((undo) => undo.kind === 'write');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!possible) return;
    write.mutate(
      { undos, comment: reason, done: doneOf(target) },
      {
        onSuccess: close,
        onError: (error) => error instanceof ApiError && error.status === 412 && again(),
      },
    );
  };
  const meanwhile = write.error instanceof ApiError && write.error.status === 412;
  return (
    <form onSubmit={submit}>
      <Stack>
        {write.error && (
          <Alert color="red" role="alert" title={words.failed}>
            {meanwhile ? words.meanwhile : write.error.message}
          </Alert>
        )}
        {segments > 0 && <Alert color="yellow">{segmentStrings.inCommit(segments)}</Alert>}
        {changes > MOST_FLAGS && <Alert color="yellow">{words.tooMany(changes)}</Alert>}
        {undos.map((undo) => (
          <Preview key={undo.key} undo={undo} />
        ))}
        {refused && undos.length > 1 && <Text size="sm">{words.partly}</Text>}
        {possible && (
          <>
            <Text size="xs" c="dimmed">
              {words.lead}
            </Text>
            <ReasonField value={reason} onChange={setReason} />
          </>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={close} {...(possible ? {} : { 'data-autofocus': true })}>
            {possible ? strings.cancel : strings.close}
          </Button>
          {possible && (
            <Button type="submit" loading={write.isPending} data-autofocus>
              {words.short}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
};

const Planning = (props: UndoDialogProps) => {
  const plan = useUndoPlan(props.app, props.target);
  if (plan.isPending) return <Loading rows={2} />;
  if (plan.isError) return <Failure error={plan.error} retry={() => void plan.refetch()} />;
  return <Planned {...props} plan={plan.data} again={() => void plan.refetch()} />;
};

/** Shows what taking a change or a commit back does to the flags as they are now, and does it. */
export const UndoDialog = (props: UndoDialogProps) => (
  <Modal opened onClose={props.close} title={<bdi>{titleOf(props.target)}</bdi>} size="lg">
    <Planning {...props} />
  </Modal>
);
