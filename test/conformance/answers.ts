import { CompiledApp, type Context, compile, type Evaluation, explain } from '@halyard/engine';
import { type References, surroundingsOf } from './references.ts';

export interface Vectors {
  readonly account: string;
  readonly groups: readonly {
    readonly name: string;
    readonly flag: unknown;
    readonly cases: readonly { readonly context: Context; readonly expect: object }[];
  }[];
}

/** All vectors of the contract. */
export interface AllVectors {
  readonly evaluation: Vectors;
  readonly references: References;
}

export interface Answered {
  readonly evaluation: Evaluation;
  readonly explained: Evaluation;
}

/** What this runtime answers to every case of the vectors, in their order. */
export const answersOf = ({ evaluation, references }: AllVectors): readonly Answered[] => [
  ...answersAlone(evaluation),
  ...answersInApps(references),
];

const answersAlone = ({ account, groups }: Vectors): readonly Answered[] =>
  groups.flatMap(({ flag, cases }) => {
    const compiled = compile(flag, account);
    return cases.map(({ context }) => ({
      evaluation: compiled.evaluate(context),
      explained: explain(flag, context, account).evaluation,
    }));
  });

/** Each flag as one of all that are evaluated for the context. */
const answersInApps = ({ account, apps }: References): readonly Answered[] =>
  apps.flatMap(({ flags, segments, cases }) => {
    const app = new CompiledApp(account);
    for (const flag of flags) app.set(flag.key, flag);
    for (const segment of segments) app.setSegment(segment.key, segment);
    const surroundings = surroundingsOf(account, flags, segments);
    return cases.map(({ flag: key, context }) => {
      const all = new Map<string, Evaluation>();
      app.evaluateAll(context, (flag, evaluation) => all.set(flag.key, evaluation));
      const evaluation = all.get(key);
      if (evaluation === undefined) throw new Error(`the vectors have no flag ${key}`);
      return { evaluation, explained: explain(surroundings.flag(key), context, surroundings).evaluation };
    });
  });

/** What the cases of both vectors expect, in the same order. */
export const expectedOf = ({ evaluation, references }: AllVectors): readonly object[] => [
  ...evaluation.groups.flatMap(({ cases }) => cases.map((one) => one.expect)),
  ...references.apps.flatMap(({ cases }) =>
    cases.map(({ expect: { error, ...served } }) => (error === undefined ? served : { code: error })),
  ),
];
