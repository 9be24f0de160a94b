import { Problem } from '../model/problem.ts';
import type { Accounts } from '../store/port.ts';
import type { AccountCall, AccountStub, Reply } from './stubs.ts';
import { orUnavailable } from './unreachable.ts';

/** Answers a call that another object made. */
export const answerCall = async (
  accounts: Accounts,
  call: AccountCall,
  given: readonly unknown[],
): Promise<Reply> => {
  // The caller below gives a call its own parameters.
  const method = accounts[call] as (...given: readonly unknown[]) => Promise<unknown>;
  return replyOf(() => method(...given));
};

/** What was asked for, or the `Problem` as data. */
export const replyOf = async (work: () => Promise<unknown>): Promise<Reply> => {
  try {
    return { value: await work() };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { kind, issues, retryAfter } = error;
    return { problem: { kind, issues, ...(retryAfter === undefined ? {} : { retryAfter }) } };
  }
};

/** `Accounts` whose database is in another object. An object that cannot be asked is `unavailable`. */
export const accountsElsewhere = (stub: () => AccountStub): Accounts => {
  const calling = <C extends AccountCall>(call: C): Accounts[C] =>
    // A call's parameters and answer are those of the port: the other side runs that very method.
    ((...given: readonly unknown[]) => ask(stub(), call, given)) as Accounts[C];
  const here = (): never => {
    throw new Error("Writes of an account are the business of the account's own object.");
  };
  return {
    ensureAccount: calling('ensureAccount'),
    accounts: calling('accounts'),
    apps: calling('apps'),
    app: calling('app'),
    createApp: calling('createApp'),
    changeApp: calling('changeApp'),
    deleteApp: calling('deleteApp'),
    deletedApps: calling('deletedApps'),
    deletedApp: calling('deletedApp'),
    forgetApp: calling('forgetApp'),
    projects: calling('projects'),
    project: calling('project'),
    createProject: calling('createProject'),
    renameProject: calling('renameProject'),
    deleteProject: calling('deleteProject'),
    addEnvironment: calling('addEnvironment'),
    changeEnvironment: calling('changeEnvironment'),
    removeEnvironment: calling('removeEnvironment'),
    announceExpiry: calling('announceExpiry'),
    accountLog: calling('accountLog'),
    accountLogHead: calling('accountLogHead'),
    note: calling('note'),
    tokens: calling('tokens'),
    browserTokens: calling('browserTokens'),
    tokenByHash: calling('tokenByHash'),
    token: calling('token'),
    createToken: calling('createToken'),
    revokeToken: calling('revokeToken'),
    tokenUsed: calling('tokenUsed'),
    createSession: calling('createSession'),
    session: calling('session'),
    deleteSession: calling('deleteSession'),
    signIns: calling('signIns'),
    createLink: calling('createLink'),
    consumeLink: calling('consumeLink'),
    secret: calling('secret'),
    replaceSecret: calling('replaceSecret'),
    idempotency: here,
    outbox: here,
  };
};

const ask = async (stub: AccountStub, call: AccountCall, given: readonly unknown[]): Promise<unknown> => {
  return fromReply(await orUnavailable('The account', stub.ask(call, given)));
};

/** The opposite of `replyOf`. */
export const fromReply = (reply: Reply): unknown => {
  if (!('problem' in reply)) return reply.value;
  const { kind, issues, retryAfter } = reply.problem;
  throw new Problem(kind, issues, retryAfter);
};
