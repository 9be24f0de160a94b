import { explain } from '@halyard/engine';
import { useDisclosure } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import { freeName, testOf } from '../draft/tests.ts';
import { sayDone } from '../shell/notify.tsx';
import { testStrings } from '../strings/tests.ts';
import { readContext } from '../try/context-text.ts';
import { useSurroundings } from '../try/surroundings.ts';
import type { Editing } from './use-draft.ts';

interface Options {
  readonly app: string;
  readonly editing: Editing;
  /** From the address: a shared context to begin with. */
  readonly context: string | undefined;
  readonly shown: boolean;
}

/** The user that is tried on what is on the screen, saved or not, and what that comes to. */
export const useTrying = ({ app, editing, context, shown }: Options) => {
  const [text, setText] = useState(context ?? '');
  const [opened, { open, close }] = useDisclosure(context !== undefined);
  const { draft, finished, edit } = editing;
  const around = useSurroundings(app, finished.flag, opened && shown);
  const read = useMemo(() => readContext(text), [text]);
  const explanation = useMemo(
    // A flag that is off answers the same to everyone; what it would answer is what people try.
    () =>
      around !== null && text.trim() !== '' && 'context' in read
        ? explain({ ...finished.flag, enabled: true }, read.context, around)
        : null,
    [finished.flag, read, around, text],
  );
  const makeTest = () => {
    const made = explanation === null || 'message' in read ? null : testOf(read.context, explanation);
    if (made === null) return;
    const test = { ...made, name: freeName(made.name, draft.tests) };
    edit((before) => ({ ...before, tests: [...before.tests, test] }));
    sayDone(testStrings.made(test.name), () =>
      edit((before) => ({ ...before, tests: before.tests.filter(({ id }) => id !== test.id) })),
    );
  };
  return {
    opened,
    open,
    close,
    text,
    setText,
    problem: 'message' in read ? read.message : null,
    explanation,
    makeTest,
  };
};

export type Trying = ReturnType<typeof useTrying>;
