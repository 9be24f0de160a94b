import type { Rule } from '@halyard/engine';
import { Button, Group, JsonInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { DraftVariation } from '../draft/draft.ts';
import type { DraftTest, Reason } from '../draft/tests.ts';
import { PercentField } from '../rules/percent-field.tsx';
import { testStrings as words } from '../strings/tests.ts';

const REASONS: readonly Reason[] = ['TARGETING_MATCH', 'SPLIT', 'DEFAULT', 'STATIC', 'DISABLED'];

interface FieldsProps {
  readonly test: DraftTest;
  readonly change: (test: DraftTest) => void;
}

const Expected = ({
  test,
  change,
  variations,
}: FieldsProps & { readonly variations: readonly DraftVariation[] }) => (
  <Group align="flex-end" gap="sm">
    <Select
      label={words.variation}
      placeholder={words.anyVariation}
      data={variations.map(({ id, name }) => ({ value: id, label: name }))}
      value={test.variation}
      onChange={(variation) => change({ ...test, variation })}
      clearable
      searchable={variations.length > 8}
      w={220}
    />
    <Select
      label={words.reason}
      placeholder={words.anyReason}
      data={REASONS}
      value={test.reason}
      onChange={(reason) => change({ ...test, reason: REASONS.find((each) => each === reason) ?? null })}
      clearable
      w={220}
    />
    {test.value !== null && (
      <>
        <TextInput
          label={words.value}
          value={test.value}
          onChange={(event) => change({ ...test, value: event.currentTarget.value })}
          spellCheck={false}
          flex={1}
          miw={180}
        />
        <Button variant="subtle" size="sm" onClick={() => change({ ...test, value: null })}>
          {words.removeValue}
        </Button>
      </>
    )}
  </Group>
);

/** Where a rule serves a share, the point to take in place of the bucket of the user. */
const Pins = ({ test, change, rules }: FieldsProps & { readonly rules: readonly Rule[] }) => {
  const shares = rules.flatMap(({ id, rollout, split }, index) =>
    id === undefined || (rollout === undefined && split === undefined) ? [] : [{ id, place: index + 1 }],
  );
  const gone = Object.keys(test.at).filter((id) => rules.every((rule) => rule.id !== id));
  if (shares.length === 0 && gone.length === 0) return null;
  const pin = (id: string, point: number) => change({ ...test, at: { ...test.at, [id]: point } });
  const unpin = (id: string) =>
    change({ ...test, at: Object.fromEntries(Object.entries(test.at).filter(([rule]) => rule !== id)) });
  return (
    <div>
      <Text size="sm" fw={500}>
        {words.pins}
      </Text>
      <Group gap="sm">
        {shares.map(({ id, place }) => {
          const point = test.at[id];
          return point === undefined ? (
            <Button
              key={id}
              size="compact-sm"
              variant="subtle"
              leftSection={<IconPlus size={14} />}
              onClick={() => pin(id, 0)}
            >
              {words.addPin(place)}
            </Button>
          ) : (
            <Group key={id} gap={6} align="flex-end" wrap="nowrap">
              <PercentField label={words.pin(place)} value={point} onChange={(next) => pin(id, next)} />
              <Button
                size="compact-sm"
                variant="subtle"
                leftSection={<IconX size={14} />}
                onClick={() => unpin(id)}
              >
                {words.unpin(place)}
              </Button>
            </Group>
          );
        })}
        {gone.map((id) => (
          <Button
            key={id}
            size="compact-sm"
            variant="subtle"
            leftSection={<IconX size={14} />}
            onClick={() => unpin(id)}
          >
            {words.pinGone} ({id})
          </Button>
        ))}
      </Group>
    </div>
  );
};

interface TestFieldsProps extends FieldsProps {
  readonly variations: readonly DraftVariation[];
  /** As they would be saved, in their order. */
  readonly rules: readonly Rule[];
}

/** What a test asks and what it expects. */
export const TestFields = ({ test, change, variations, rules }: TestFieldsProps) => (
  <Stack gap="sm" pt="sm">
    <TextInput
      label={words.name}
      value={test.name}
      onChange={(event) => change({ ...test, name: event.currentTarget.value })}
      maxLength={128}
      dir="auto"
    />
    <JsonInput
      label={words.context}
      description={words.contextHint}
      placeholder='{"targetingKey": "user-42", "plan": "pro"}'
      value={test.text}
      onChange={(text) => change({ ...test, text })}
      autosize
      minRows={2}
      maxRows={12}
      spellCheck={false}
    />
    <Expected test={test} change={change} variations={variations} />
    <Pins test={test} change={change} rules={rules} />
  </Stack>
);
