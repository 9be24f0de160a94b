import type { StoredAnswer } from '../../model/commit.ts';
import { type Answer, type Call, type Outcome, render } from './call.ts';
import type { Setting } from './setting.ts';

/**
 * Runs a write outside any app's flags once per Idempotency-Key; a repeat gets the first answer. `seal` and `unseal` change what is stored, for
 * an answer that must not be kept as it is.
 */
export const once = async (
  call: Pick<Call, 'account' | 'idempotency' | 'write'>,
  { stores }: Pick<Setting, 'stores'>,
  first: () => Promise<Answer>,
  sealing: {
    readonly seal: (answer: StoredAnswer) => Promise<StoredAnswer>;
    readonly unseal: (answer: StoredAnswer) => Promise<StoredAnswer>;
  } = AS_IT_IS,
): Promise<Outcome> => {
  if (call.idempotency === null) return first();
  const made: { answer?: Answer } = {};
  const stored = await stores.accounts
    .idempotency(call.account)
    .run({ ...call.idempotency, at: call.write.at }, async () => {
      made.answer = await first();
      return sealing.seal(render(made.answer));
    });
  return made.answer ?? { repeated: await sealing.unseal(stored) };
};

const AS_IT_IS = {
  seal: async (answer: StoredAnswer) => answer,
  unseal: async (answer: StoredAnswer) => answer,
};
