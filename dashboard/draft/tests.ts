import { type Context, type Explanation, type FlagTest, isPercentage, type JsonValue } from '@halyard/engine';
import { newId } from '../flag/query.ts';
import { testStrings as words } from '../strings/tests.ts';
import { readContext } from '../try/context-text.ts';

type Expectation = FlagTest['expect'];
export type Reason = NonNullable<Expectation['reason']>;

/** A test of a flag while it is edited; variations by id. */
export interface DraftTest {
  readonly id: string;
  readonly name: string;
  /** As it is typed: a JSON object, or only a targeting key. */
  readonly text: string;
  /** Null: any. */
  readonly variation: string | null;
  readonly reason: Reason | null;
  /** As it is typed, JSON; null: any value. */
  readonly value: string | null;
  /** By rule id, in percent; not a number while it cannot be read. */
  readonly at: Readonly<Record<string, number>>;
}

export const draftTestOf = ({ name, context, at, expect }: FlagTest): DraftTest => ({
  id: newId(),
  name,
  text: JSON.stringify(context, null, 2),
  variation: expect.variant ?? null,
  reason: expect.reason ?? null,
  value: expect.value === undefined ? null : JSON.stringify(expect.value),
  at: at ?? {},
});

export const newTest = (): DraftTest => ({
  id: newId(),
  name: '',
  text: '',
  variation: null,
  reason: null,
  value: null,
  at: {},
});

const NAME_LENGTH = 128;

/** Undefined: it is not JSON. */
const readJson = (text: string): JsonValue | undefined => {
  try {
    // What JSON.parse gives is JSON.
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
};

/** The test that a draft stands for, and what keeps it from being saved. `nameOf`: of a variation, by its id. */
export const finishTest = (
  draft: DraftTest,
  nameOf: (id: string) => string,
): { readonly test: FlagTest; readonly problem: string | null } => {
  const read = readContext(draft.text);
  const value = draft.value === null ? undefined : readJson(draft.value);
  const expect: Expectation = {
    ...(draft.variation === null ? {} : { variant: nameOf(draft.variation) }),
    ...(value === undefined ? {} : { value }),
    ...(draft.reason === null ? {} : { reason: draft.reason }),
  };
  const test: FlagTest = {
    name: draft.name,
    context: 'context' in read ? read.context : {},
    ...(Object.keys(draft.at).length === 0 ? {} : { at: draft.at }),
    expect,
  };
  const problems = [
    ...(draft.name.trim() === '' || draft.name.length > NAME_LENGTH ? [words.problems.name] : []),
    ...('message' in read ? [read.message] : []),
    ...(draft.value !== null && value === undefined ? [words.problems.value] : []),
    ...(Object.keys(expect).length === 0 ? [words.problems.expectation] : []),
    ...(Object.values(draft.at).every(isPercentage) ? [] : [words.problems.pin]),
  ];
  return { test, problem: problems[0] ?? null };
};

/** What was tried as a test that expects what was answered; null: nothing was. */
export const testOf = (context: Context, { evaluation }: Explanation): DraftTest | null => {
  if (evaluation.kind === 'failed') return null;
  const { targetingKey } = context;
  const who = typeof targetingKey === 'string' && targetingKey !== '' ? targetingKey : words.anyone;
  const served = evaluation.kind === 'served' ? evaluation.variant : null;
  return {
    ...newTest(),
    name: words.nameOf(who, served ?? words.ownDefault).slice(0, NAME_LENGTH),
    text: JSON.stringify(context, null, 2),
    variation: served,
    reason: served === null ? evaluation.reason : null,
  };
};

/** The name, with a number behind it where another test has it. */
export const freeName = (name: string, tests: readonly Pick<DraftTest, 'name'>[]): string => {
  const taken = new Set(tests.map((test) => test.name));
  for (let number = 1; ; number += 1) {
    const suffix = number === 1 ? '' : ` ${number}`;
    const free = `${name.slice(0, NAME_LENGTH - suffix.length)}${suffix}`;
    if (!taken.has(free)) return free;
  }
};
