import type { AppWrite, Before } from '../../flags/decide/write.ts';
import { testSentence } from '../../flags/tests/run-tests.ts';
import type { CommitRequest, Committed } from '../../model/commit.ts';
import { answersChanged, dryRunAnswer } from '../calls/dry-run.ts';
import { type Answer, type Call, type Outcome, render } from './call.ts';
import { appOf } from './paths.ts';
import type { Setting } from './setting.ts';

interface More extends Pick<Answer, 'messages'> {
  readonly result: object;
}

type Writing = Pick<Call, 'account' | 'params' | 'write' | 'idempotency' | 'dryRun'>;

/**
 * Commits a decided write of the call's app and answers it; a repeat under the same Idempotency-Key gets the first answer. A dry run is
 * decided and checked in the same way, writes nothing, and is answered with what the write would do, and with what `moreOfDryRun` adds to
 * that.
 */
export const commit = async <A extends Before = Before>(
  call: Writing,
  { stores, propagation }: Setting,
  write: AppWrite<A>,
  respondTo: (committed: Committed<A>) => Answer,
  moreOfDryRun: (committed: Committed<A>) => More = () => ({ result: {} }),
): Promise<Outcome> => {
  const app = appOf(call);
  const { keys, segments, imported, decide } = write;
  const respond = (committed: Committed<A>): Answer => warned(respondTo(committed), committed);
  const request: CommitRequest<A> = {
    keys,
    ...(segments === undefined ? {} : { segments }),
    ...(imported === undefined ? {} : { imported }),
    decide,
    write: call.write,
    ...(call.dryRun === null ? {} : { dryRun: true }),
    ...(call.idempotency === null || call.dryRun !== null
      ? {}
      : { idempotency: { ...call.idempotency, answer: (committed) => render(respond(committed)) } }),
  };
  const committed = await stores.app(call.account, app).commit(request);
  if (committed.replayed !== undefined) return { repeated: committed.replayed };
  if (call.dryRun !== null) {
    const answer = await dryRunAnswer(committed, call.dryRun);
    const { result: more, messages = [] } = moreOfDryRun(committed);
    const answers = await answersChanged(
      committed,
      await stores.app(call.account, app).contexts(),
      call.account,
    );
    return {
      ...answer,
      result: { ...answer.result, answers, ...more },
      messages: [...messages, ...(answer.messages ?? [])],
    };
  }
  propagation.committed(call.account, app, committed.appVersion);
  return { ...respond(committed), committed: { app, version: committed.appVersion } };
};

/** With a message for every test of a flag that fails now. */
const warned = (answer: Answer, { failing }: Pick<Committed<unknown>, 'failing'>): Answer =>
  failing.length === 0
    ? answer
    : {
        ...answer,
        messages: [
          ...(answer.messages ?? []),
          ...failing.map((failed) => ({ message: testSentence(failed) })),
        ],
      };

/** After a write outside the apps: the account's version, so that the answer can wait until this process's own edge knows. */
export const accountCommitted = async (
  { stores }: Pick<Setting, 'stores'>,
  account: string,
): Promise<NonNullable<Answer['committed']>> => ({
  app: null,
  version: (await stores.accounts.outbox(account).version()) ?? 0,
});
