import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { FlagEntry, StoredFlag } from '../api.ts';
import { type RampTarget, rampTo } from '../draft/ramp.ts';
import { useFlagWrite, useWriting } from '../flags/write-flag.ts';
import { UndoDialog } from '../history/undo-dialog.tsx';
import { lastOfFlagQuery } from '../queries.ts';
import { FlagReach } from '../reach/flag-reach.tsx';
import { usePermitted, useSession } from '../session/session.ts';
import { askWithReason } from '../shell/ask.tsx';
import { sayFailed } from '../shell/notify.tsx';
import { stripStrings } from '../strings/strip.ts';
import { strings } from '../strings.ts';
import { Sentence } from '../words/sentence.tsx';
import { percent, plain, variation } from '../words/words.ts';
import { nextActionOf } from './next-action.ts';

interface StripActionProps {
  readonly app: string;
  readonly flag: StoredFlag;
  /** Brings the reader to where a variation to start with is chosen. */
  readonly start: () => void;
}

const Step = ({ app, flag, target }: Omit<StripActionProps, 'start'> & { readonly target: RampTarget }) => {
  const { write } = useFlagWrite(app, flag.key);
  const writing = useWriting(app, flag.key);
  const to = percent(target.percentage);
  const others = flag.rules.some(({ conditions }) => conditions.length > 0);
  return (
    <Button
      disabled={writing}
      // It is another step after every click, so each is asked: a second click must not release further.
      onClick={() =>
        askWithReason({
          title: stripStrings.stepTitle(flag.key, to),
          help: (
            <>
              <Sentence words={[plain(stripStrings.stepHelp(to, others)), variation(target.variation)]} />
              <FlagReach app={app} flag={flag.key} patch={{ rules: rampTo(flag, target).rules }} />
            </>
          ),
          confirm: stripStrings.stepConfirm(to),
          go: (comment) =>
            write({
              change: (before) => rampTo(before, target),
              said: strings.write.ramped(target.variation, to),
              ...(comment === '' ? {} : { comment }),
            }),
        })
      }
    >
      {stripStrings.step(to)}
    </Button>
  );
};

const UndoLast = ({ app, flag }: Omit<StripActionProps, 'start'>) => {
  const { account } = useSession();
  const client = useQueryClient();
  const [entry, setEntry] = useState<FlagEntry | null>(null);
  const open = async (): Promise<void> => {
    try {
      setEntry(await client.fetchQuery(lastOfFlagQuery(account, app, flag.key)));
    } catch (error) {
      sayFailed(stripStrings.notFound, error instanceof Error ? error : new Error(String(error)));
    }
  };
  return (
    <>
      <Button variant="default" aria-label={stripStrings.undoLast(flag.key)} onClick={() => void open()}>
        {stripStrings.undo}
      </Button>
      {entry !== null && (
        <UndoDialog app={app} target={{ kind: 'change', entry }} close={() => setEntry(null)} />
      )}
    </>
  );
};

/** The one button of the strip: what comes next for a flag as it is now. */
export const StripAction = ({ app, flag, start }: StripActionProps) => {
  const action = nextActionOf(flag);
  if (!usePermitted('write') || action === null) return null;
  if (action.kind === 'step') return <Step app={app} flag={flag} target={action.target} />;
  if (action.kind === 'undo') return <UndoLast app={app} flag={flag} />;
  return <Button onClick={start}>{stripStrings.start}</Button>;
};
