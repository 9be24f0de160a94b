import type { FlagDefinition } from '../../model/flag.ts';

/** What else has to be known of a field of a flag, but its schema. */
export interface FieldRow {
  /** What a full replacement does with a field that it leaves out. Extensions are kept, so that a client that does not know one cannot lose it. */
  readonly omitted: 'dropped' | 'kept' | 'required';
  /** What null says in a request: the field is to be absent, or null is a value like another. */
  readonly nullIs: 'absent' | 'a value';
  /** State is an environment's own and stays behind when a definition is carried to another; a rule's shares are state too. */
  readonly part: 'state' | 'definition';
  /** Whether it goes to caches and edges: what decides no answer stays here. */
  readonly replicated: boolean;
}

const row = <O extends FieldRow['omitted']>(
  omitted: O,
  nullIs: FieldRow['nullIs'],
  part: FieldRow['part'],
  replicated: boolean,
): FieldRow & { readonly omitted: O } => ({ omitted, nullIs, part, replicated });

/** Every field of a definition but its key, in the order in which it is stored. */
export const FIELDS = {
  description: row('dropped', 'a value', 'definition', true),
  enabled: row('required', 'a value', 'state', true),
  variations: row('required', 'a value', 'definition', true),
  default_variation: row('required', 'a value', 'definition', true),
  off_variation: row('kept', 'a value', 'definition', true),
  prerequisites: row('kept', 'absent', 'definition', true),
  rules: row('required', 'a value', 'definition', true),
  metadata: row('dropped', 'absent', 'definition', true),
  tags: row('kept', 'absent', 'definition', true),
  client_side: row('kept', 'absent', 'state', true),
  owner: row('kept', 'absent', 'definition', false),
  permanent: row('kept', 'absent', 'definition', false),
  protected: row('kept', 'absent', 'state', false),
  tests: row('kept', 'absent', 'definition', false),
  bucketing: row('required', 'a value', 'definition', true),
} as const satisfies Record<Exclude<keyof FlagDefinition, 'key'>, FieldRow>;

export type FieldName = keyof typeof FIELDS;

export const FIELD_NAMES = Object.keys(FIELDS) as readonly FieldName[];

/** The extensions that a full replacement keeps where it leaves them out. */
export type KeptField = {
  [F in FieldName]: (typeof FIELDS)[F]['omitted'] extends 'kept' ? F : never;
}[FieldName];
