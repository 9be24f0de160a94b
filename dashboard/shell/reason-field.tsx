import { TextInput, type TextInputProps } from '@mantine/core';
import { reasonStrings } from '../strings/reason.ts';

/** What the API takes. */
const LONGEST = 1_000;

interface ReasonFieldProps extends Omit<TextInputProps, 'value' | 'onChange'> {
  readonly value: string;
  readonly onChange: (reason: string) => void;
}

/** Why something is written; asked wherever something is, and answered where one likes. */
export const ReasonField = ({ value, onChange, ...input }: ReasonFieldProps) => (
  <TextInput
    label={reasonStrings.label}
    description={reasonStrings.hint}
    maxLength={LONGEST}
    autoComplete="off"
    {...input}
    value={value}
    onChange={(event) => onChange(event.currentTarget.value)}
  />
);
