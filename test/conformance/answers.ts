import { type Context, compile, type Evaluation, explain } from '@halyard/engine';

export interface Vectors {
  readonly account: string;
  readonly groups: readonly {
    readonly name: string;
    readonly flag: unknown;
    readonly cases: readonly { readonly context: Context; readonly expect: object }[];
  }[];
}

export interface Answered {
  readonly evaluation: Evaluation;
  readonly explained: Evaluation;
}

/** What this runtime answers to every case of the vectors, in their order. */
export const answersOf = ({ account, groups }: Vectors): readonly Answered[] =>
  groups.flatMap(({ flag, cases }) => {
    const compiled = compile(flag, account);
    return cases.map(({ context }) => ({
      evaluation: compiled.evaluate(context),
      explained: explain(flag, context, account).evaluation,
    }));
  });
