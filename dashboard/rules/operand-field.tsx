import { isOperator, OPERATORS } from '@halyard/engine';
import { ActionIcon, Group, TagsInput, Textarea, TextInput, Tooltip } from '@mantine/core';
import { IconLetterCase } from '@tabler/icons-react';
import { useState } from 'react';
import type { ValueEditorProps } from 'react-querybuilder';
import { mayIgnoreCase, takesBound, takesList, takesNothing } from '../draft/conditions.ts';
import { EMPTY_OPERAND, type Operand } from '../flag/query.ts';
import { strings } from '../strings.ts';
import { DateButton } from './date-button.tsx';
import { listMembers } from './list-members.ts';
import { ReferenceField } from './reference-field.tsx';

const TAGS_SHOWN_AS_TAGS = 60;
interface FieldProps {
  readonly operand: Operand;
  readonly set: (change: Partial<Operand>) => void;
  readonly problem: string | null;
}

const ListField = ({ operand, set, problem }: FieldProps) =>
  operand.list.length > TAGS_SHOWN_AS_TAGS ? (
    <Textarea
      aria-label={strings.builder.values}
      description={strings.builder.valuesHint(operand.list.length)}
      defaultValue={operand.list.join('\n')}
      onBlur={(event) => set({ list: listMembers(event.currentTarget.value.split('\n'), operand.list) })}
      error={problem}
      autosize
      maxRows={10}
      flex={1}
      miw={220}
      ff="monospace"
    />
  ) : (
    <TagsInput
      aria-label={strings.builder.values}
      placeholder={operand.list.length === 0 ? strings.builder.valuesPlaceholder : ''}
      value={[...operand.list]}
      onChange={(list) => set({ list: listMembers(list, operand.list) })}
      splitChars={[',', ';', '\n', '\t']}
      acceptValueOnBlur
      clearable
      error={problem}
      flex={1}
      miw={0}
    />
  );

const PatternField = ({ operand, set, problem, negated }: FieldProps & { readonly negated: boolean }) => {
  const [sample, setSample] = useState('');
  const found =
    problem === null && sample !== '' ? OPERATORS.matches.test(operand.text, false)(sample) : null;
  return (
    <>
      <TextInput
        aria-label={strings.builder.pattern}
        placeholder="^[a-z]+@example\.com$"
        value={operand.text}
        onChange={(event) => set({ text: event.currentTarget.value })}
        error={operand.text === '' ? null : problem}
        ff="monospace"
        flex={1}
        miw={200}
        spellCheck={false}
      />
      <TextInput
        aria-label={strings.builder.sample}
        placeholder={strings.builder.sample}
        description={
          found === null ? strings.builder.sampleHint : strings.builder.sampleResult(found !== negated)
        }
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        value={sample}
        onChange={(event) => setSample(event.currentTarget.value)}
        w={200}
        spellCheck={false}
      />
    </>
  );
};

/** The input that fits the operator: a text, a list to paste into, a date, a version, a pattern with a sample, addresses, or nothing. */
export const OperandField = ({ value, operator, handleOnChange }: ValueEditorProps) => {
  const operand: Operand = value ?? EMPTY_OPERAND;
  if (operand.reference !== undefined) {
    return (
      <ReferenceField
        reference={operand.reference}
        set={(reference) => handleOnChange({ ...operand, reference })}
      />
    );
  }
  if (!isOperator(operator) || takesNothing(operator)) return null;
  const set = (change: Partial<Operand>) => handleOnChange({ ...operand, ...change });
  const row = OPERATORS[operator];
  const list = takesList(operator);
  const given = list ? operand.list : operand.text;
  const problem = given.length === 0 ? null : row.problem(given);
  const ordered = takesBound(operator);
  const field = list ? (
    <ListField operand={operand} set={set} problem={problem} />
  ) : row.value === 'pattern' ? (
    <PatternField operand={operand} set={set} problem={problem} negated={row.negated} />
  ) : (
    <TextInput
      aria-label={strings.builder.value}
      placeholder={
        strings.builder.placeholders[row.value === 'version' ? 'version' : ordered ? 'order' : 'text']
      }
      value={operand.text}
      onChange={(event) => set({ text: event.currentTarget.value })}
      rightSection={ordered ? <DateButton text={operand.text} onPick={(text) => set({ text })} /> : null}
      error={problem}
      flex={1}
      miw={0}
      spellCheck={false}
      autoCapitalize="none"
    />
  );
  if (!mayIgnoreCase(operator)) return field;
  return (
    // The button stays beside the field, however narrow the group is.
    <Group wrap="nowrap" align="flex-start" gap={8} flex={`1 1 ${list ? 260 : 150}px`} miw={0}>
      {field}
      <Tooltip label={operand.ignoreCase ? strings.builder.caseIgnored : strings.builder.caseMatters}>
        <ActionIcon
          variant={operand.ignoreCase ? 'light' : 'default'}
          size={36}
          aria-label={strings.builder.ignoreCase}
          aria-pressed={operand.ignoreCase}
          onClick={() => set({ ignoreCase: !operand.ignoreCase })}
        >
          <IconLetterCase size={18} />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
};
