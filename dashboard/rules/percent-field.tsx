import { TextInput, type TextInputProps } from '@mantine/core';
import { useEffect, useState } from 'react';
import { readPercent } from '../draft/read-number.ts';
import { flagPage } from '../strings/flag-page.ts';

interface PercentFieldProps extends Omit<TextInputProps, 'value' | 'onChange'> {
  /** Not a number: what is typed is none. */
  readonly value: number;
  readonly max?: number;
  /** Given NaN while what is typed cannot be read, so that nothing else is saved in its place. */
  readonly onChange: (percentage: number) => void;
}

const shown = (value: number): string => `${value}%`;

/** A percentage as somebody types it: read as it stands, or refused with a sentence, never turned into another number. */
export const PercentField = ({ value, max = 100, onChange, ...input }: PercentFieldProps) => {
  const [text, setText] = useState(() => (Number.isNaN(value) ? '' : shown(value)));
  useEffect(() => {
    if (Number.isNaN(value)) return;
    setText((typed) => (readPercent(typed, max) === value ? typed : shown(value)));
  }, [value, max]);
  const read = readPercent(text, max);
  return (
    <TextInput
      {...input}
      value={text}
      inputMode="decimal"
      autoComplete="off"
      error={text !== '' && Number.isNaN(read) ? flagPage.problems.percentageUpTo(max) : null}
      onChange={(event) => {
        const typed = event.currentTarget.value;
        setText(typed);
        onChange(readPercent(typed, max));
      }}
      onBlur={() => Number.isNaN(read) || setText(shown(read))}
    />
  );
};
