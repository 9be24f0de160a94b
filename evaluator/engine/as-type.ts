import { inferType } from './json.ts';
import type { Evaluation, Failed, FlagType, JsonValue, Served } from './model.ts';

/** The types an OpenFeature client asks for; `object` is a JSON object or array. */
export interface Asked {
  readonly boolean: boolean;
  readonly string: string;
  readonly number: number;
  readonly object: Exclude<JsonValue, string | number | boolean | null>;
}

/** The evaluation if its value is of the type asked for, else TYPE_MISMATCH. A failure stays what it is. */
export const asType = <T extends keyof Asked>(evaluation: Evaluation, type: T): Evaluation<Asked[T]> => {
  if (evaluation.kind !== 'served') return evaluation;
  const found = inferType(evaluation.value);
  return found === FLAG_TYPE_OF[type]
    ? // inferType has just told the value's type.
      (evaluation as Served<Asked[T]>)
    : mismatch(found, type);
};

const FLAG_TYPE_OF: { readonly [T in keyof Asked]: FlagType } = {
  boolean: 'boolean',
  string: 'string',
  number: 'number',
  object: 'json',
};

const mismatch = (found: FlagType | null, asked: keyof Asked): Failed => ({
  kind: 'failed',
  code: 'TYPE_MISMATCH',
  message: `The flag's type is ${found}; ${FLAG_TYPE_OF[asked]} was asked for.`,
});
