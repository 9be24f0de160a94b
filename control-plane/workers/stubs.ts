import type { ObjectStub } from 'cloudflare:workers';
import type { Issue, ProblemKind } from '../model/problem.ts';
import type { Side } from '../projects/side.ts';
import type { OwnHead } from '../store/durable-object/own-app.ts';
import type { Accounts } from '../store/port.ts';
import type { AppPlace } from '../store/sql/rows.ts';

/** The calls of `Accounts` that are data in and data out. */
export type AccountCall = Exclude<keyof Accounts, 'idempotency' | 'outbox'>;

/** The calls of a `Side`: all of them. */
export type SideCall = keyof Side;

/** Errors lose their class between objects, so a `Problem` travels as data. */
export type Reply =
  | { readonly value: unknown }
  | {
      readonly problem: {
        readonly kind: ProblemKind;
        readonly issues: readonly [Issue, ...Issue[]];
        readonly retryAfter?: number;
      };
    };

interface HeadStub extends ObjectStub {
  /** The text of the head that it wrote to the flag cache last; null before the first. */
  head(space: string): Promise<string | null>;
}

/** The account's object, as other objects and the Worker see it. */
export interface AccountStub extends HeadStub {
  ask(call: AccountCall, given: readonly unknown[]): Promise<Reply>;
  /** The evaluator was shown these tokens. */
  used(tokens: readonly string[]): Promise<void>;
}

/** An app's object, as the account's object and the Worker see it. */
export interface AppStub extends HeadStub {
  /** Takes over what the account says of the app now, and brings its space of the flag cache to where the app is. */
  bring(place: AppPlace): Promise<void>;
  /** The evaluator counted, or was told by a provider, what this report says. */
  report(text: string): Promise<void>;
  /** From now on the app's object asks the account whether the app lives before it does anything; null if nothing was ever in it. */
  end(place: AppPlace): Promise<OwnHead | null>;
  /** For calls of the account about several apps. */
  side(place: AppPlace, call: SideCall, given: readonly unknown[]): Promise<Reply>;
}
