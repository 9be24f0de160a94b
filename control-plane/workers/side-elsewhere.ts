import { Problem } from '../model/problem.ts';
import type { Side } from '../projects/side.ts';
import type { AppPlace } from '../store/sql/rows.ts';
import { fromReply, replyOf } from './accounts-elsewhere.ts';
import type { AppStub, Reply, SideCall } from './stubs.ts';
import { orUnavailable } from './unreachable.ts';

/** Answers a call that the account's object made. `side` null: there is no such app. */
export const answerSide = (
  side: Side | null,
  { app }: AppPlace,
  call: SideCall,
  given: readonly unknown[],
): Promise<Reply> =>
  replyOf(async () => {
    if (side === null) throw new Problem('not_found', { message: `There is no app ${app}.` });
    // The caller below gives a call its own parameters.
    return (side[call] as (...given: readonly unknown[]) => Promise<unknown>)(...given);
  });

/** A `Side` whose app is in another object. An object that cannot be asked is `unavailable`. */
export const sideElsewhere = (stub: () => AppStub, place: AppPlace): Side => {
  const calling = <C extends SideCall>(call: C): Side[C] =>
    // A call's parameters and answer are those of the port: the other side runs that very method.
    (async (...given: readonly unknown[]) =>
      fromReply(await orUnavailable('The app', stub().side(place, call, given)))) as unknown as Side[C];
  return {
    outline: calling('outline'),
    named: calling('named'),
    links: calling('links'),
    earlier: calling('earlier'),
    keys: calling('keys'),
    carry: calling('carry'),
  };
};
