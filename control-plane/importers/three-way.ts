import { FIELD_NAMES, FIELDS, type FieldName } from '../flags/body/fields.ts';
import type { FlagInput } from '../flags/decide/definition.ts';
import { sameJson, sameSegment } from '../flags/diff/diff.ts';
import type { FlagDefinition } from '../model/flag.ts';
import type { SegmentDefinition } from '../model/segment.ts';

export interface Merged {
  readonly input: FlagInput;
  /** Fields that people changed here, and that the vendor has otherwise. */
  readonly kept: readonly FieldName[];
}

type Fields = { readonly [F in FieldName]?: unknown };

/**
 * A flag as the vendor now has it, but for what people changed here since the last import.
 *
 * @param base what the last import said.
 * @param ours the flag as it is.
 */
export const mergeFlag = (base: FlagInput, ours: FlagDefinition, theirs: FlagInput): Merged => {
  const kept: FieldName[] = [];
  const merged: Record<string, unknown> = {};
  const [before, now, wanted]: readonly Fields[] = [base, ours, theirs];
  for (const name of FIELD_NAMES) {
    if (name === 'bucketing') continue;
    const changedHere = !same(name, now?.[name], before?.[name]) && !same(name, now?.[name], wanted?.[name]);
    // What the vendor has no word for is people's own.
    if (changedHere && (before?.[name] !== undefined || wanted?.[name] !== undefined)) kept.push(name);
    const value = changedHere ? (now?.[name] ?? missing(name)) : wanted?.[name];
    if (value !== undefined) merged[name] = value;
  }
  // Every field is that of one of the three, which have the types.
  return { input: { ...merged, bucketing: theirs.bucketing } as unknown as FlagInput, kept };
};

/** As a request says that a field is to be absent. */
const missing = (name: FieldName): null | undefined => (FIELDS[name].nullIs === 'absent' ? null : undefined);

const same = (name: FieldName, a: unknown, b: unknown): boolean => sameJson(plain(name, a), plain(name, b));

/** Absent and null mean the same where null is no value; rules go by what they do, whatever they are called. */
const plain = (name: FieldName, value: unknown): unknown => {
  if (value === undefined || (value === null && name !== 'off_variation')) return 'absent';
  if (Array.isArray(value) && value.length === 0 && name !== 'rules') return 'absent';
  if (name !== 'rules' || !Array.isArray(value)) return value;
  return value.map(({ id: _, serve_variation, split, ...rest }) => ({
    ...rest,
    ...(split === undefined ? { serve_variation } : { split }),
  }));
};

/** Null: people changed the segment here, and it is kept as it is. */
export const mergeSegment = (
  base: SegmentDefinition,
  ours: SegmentDefinition,
  theirs: SegmentDefinition,
): SegmentDefinition | null => (sameSegment(ours, base) || sameSegment(ours, theirs) ? theirs : null);
