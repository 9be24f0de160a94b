import { Button, Group, Stack, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { type FormEvent, type ReactNode, useState } from 'react';
import { reasonStrings } from '../strings/reason.ts';
import { strings } from '../strings.ts';
import { ReasonField } from './reason-field.tsx';

interface Question {
  readonly title: string;
  /** What it will do, in a sentence. */
  readonly help: ReactNode;
  readonly confirm: string;
  /** It takes something from people. */
  readonly danger?: boolean;
  /** Where the reason appears, if not in the history. */
  readonly reasonHint?: string;
  readonly go: (reason: string) => void;
}

const Asked = ({
  help,
  confirm,
  danger = false,
  reasonHint = reasonStrings.hint,
  go,
  close,
}: Question & { readonly close: () => void }) => {
  const [reason, setReason] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    close();
    go(reason);
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text component="div" size="sm">
          {help}
        </Text>
        <ReasonField value={reason} onChange={setReason} description={reasonHint} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {strings.cancel}
          </Button>
          <Button type="submit" {...(danger ? { color: 'red' } : {})} data-autofocus>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

/** The one dialog of what is done in one step: what it does, why, and a button that Enter presses. */
export const askWithReason = (question: Question): void => {
  const close = () => modals.close(id);
  const id = modals.open({
    title: <bdi>{question.title}</bdi>,
    children: <Asked {...question} close={close} />,
  });
};
