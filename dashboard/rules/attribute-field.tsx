import { Autocomplete } from '@mantine/core';
import type { FieldSelectorProps } from 'react-querybuilder';
import { referenceOf } from '../flag/query.ts';
import { strings } from '../strings.ts';
import type { BuilderContext } from './condition-builder.tsx';

/** Any attribute may be asked for; those that are known are offered. */
export const AttributeField = ({ value, handleOnChange, context, rule }: FieldSelectorProps) => {
  const { attributes }: BuilderContext = context;
  if (referenceOf(rule) !== undefined) return null;
  const name = value ?? '';
  return (
    <Autocomplete
      aria-label={strings.builder.attribute}
      placeholder={strings.builder.attribute}
      data={[...attributes]}
      value={name}
      onChange={handleOnChange}
      error={name.trim() === ''}
      w={150}
      maxDropdownHeight={240}
      limit={50}
      spellCheck={false}
      autoCapitalize="none"
    />
  );
};
