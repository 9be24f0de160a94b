import { textOf } from '../attribute.ts';
import type { Condition } from '../model.ts';
import { misfit } from '../place.ts';
import { parseConditions } from './conditions.ts';
import { attributeAt, field, fieldsOf, listOf, textAt } from './fields.ts';

export interface ParsedSegment {
  readonly key: string;
  readonly attribute: string;
  readonly include: ReadonlySet<string>;
  readonly exclude: ReadonlySet<string>;
  readonly conditions: readonly Condition[];
}

export const parseSegment = (segment: unknown): ParsedSegment => {
  const fields = fieldsOf(segment, 'the segment');
  const conditions = field(fields, 'conditions');
  return {
    key: textAt(field(fields, 'key'), 'key'),
    attribute: attributeAt(fields, 'the segment').attribute ?? 'targetingKey',
    include: membersAt(field(fields, 'include'), 'include'),
    exclude: membersAt(field(fields, 'exclude'), 'exclude'),
    conditions: conditions === undefined ? [] : parseConditions(conditions, 'conditions', 'segment'),
  };
};

const membersAt = (value: unknown, place: string): ReadonlySet<string> =>
  new Set(
    value === undefined
      ? []
      : listOf(value, place).map((member, index) =>
          typeof member === 'string' || typeof member === 'boolean' || Number.isFinite(member)
            ? // Number.isFinite has told that it is a number.
              textOf(member as string | number | boolean)
            : misfit(`${place}[${index}]`, member, 'a text, a finite number or a boolean'),
        ),
  );
