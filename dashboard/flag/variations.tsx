import {
  ActionIcon,
  Badge,
  Button,
  Card,
  Group,
  JsonInput,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
  Tooltip,
} from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { Draft, DraftVariation } from '../draft/draft.ts';
import type { DraftProblem } from '../draft/finish.ts';
import { sayDone } from '../shell/notify.tsx';
import { flagPage } from '../strings/flag-page.ts';
import { strings } from '../strings.ts';
import classes from './flag.module.css';
import { newId } from './query.ts';
import type { Editing } from './use-draft.ts';

interface ValueFieldProps {
  readonly type: Draft['type'];
  readonly text: string;
  readonly problem: string | null;
  readonly onChange: (text: string) => void;
}

const ValueField = ({ type, text, problem, onChange }: ValueFieldProps) => {
  const shared = { label: strings.variations.value, error: problem } as const;
  if (type === 'boolean') {
    return (
      <Select
        {...shared}
        data={['true', 'false']}
        value={text}
        onChange={(value) => value !== null && onChange(value)}
        allowDeselect={false}
      />
    );
  }
  if (type === 'number') {
    return (
      <TextInput
        {...shared}
        value={text}
        inputMode="decimal"
        spellCheck={false}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  if (type === 'string') {
    return (
      <Textarea
        {...shared}
        value={text}
        autosize
        minRows={1}
        maxRows={8}
        dir="auto"
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  return (
    <JsonInput
      {...shared}
      value={text}
      onChange={onChange}
      formatOnBlur
      autosize
      minRows={3}
      maxRows={12}
      spellCheck={false}
    />
  );
};

const STARTING_TEXT = { boolean: 'false', number: '0', string: '', json: '{}' } as const;

const isServedOff = ({ off, defaultVariation }: Draft, id: string): boolean =>
  off.kind === 'variation' ? off.variation === id : off.kind === 'default' && defaultVariation === id;

const isUsed = (draft: Draft, id: string): boolean =>
  draft.defaultVariation === id ||
  (draft.off.kind === 'variation' && draft.off.variation === id) ||
  draft.rules.some(({ serve }) =>
    serve.kind === 'split' ? (serve.weights[id] ?? 0) > 0 : serve.variation === id,
  );

interface VariationCardProps {
  readonly draft: Draft;
  readonly variation: DraftVariation;
  readonly problems: readonly DraftProblem[];
  readonly writable: boolean;
  readonly change: (variation: DraftVariation) => void;
  readonly remove: () => void;
}

const VariationCard = ({ draft, variation, problems, writable, change, remove }: VariationCardProps) => {
  const { id, name, text } = variation;
  const own = problems.filter((problem) => problem.id === id).map(({ message }) => message);
  const aboutName = own.find(
    (message) =>
      message === strings.problems.name ||
      message === strings.problems.twin(name) ||
      message === strings.problems.reserved(name),
  );
  const aboutValue = own.find((message) => message !== aboutName);
  const used = isUsed(draft, id);
  return (
    <Card withBorder component="li">
      <fieldset disabled={!writable} style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
        <Stack gap="sm">
          <Group justify="space-between" align="flex-end">
            <TextInput
              label={strings.variations.name}
              value={name}
              error={aboutName}
              onChange={(event) => change({ ...variation, name: event.currentTarget.value })}
              spellCheck={false}
            />
            <Group gap="xs">
              {draft.defaultVariation === id && (
                <Badge variant="light" radius="sm" tt="none">
                  {strings.variations.isDefault}
                </Badge>
              )}
              {isServedOff(draft, id) && (
                <Badge variant="default" radius="sm" tt="none">
                  {strings.variations.isOff}
                </Badge>
              )}
              {writable && (
                <Tooltip label={used ? strings.variations.used : strings.remove}>
                  <ActionIcon
                    variant="subtle"
                    color="red"
                    size="lg"
                    aria-label={strings.variations.remove(name)}
                    data-disabled={used}
                    aria-disabled={used}
                    onClick={() => used || remove()}
                  >
                    <IconTrash size={16} />
                  </ActionIcon>
                </Tooltip>
              )}
            </Group>
          </Group>
          <ValueField
            type={draft.type}
            text={text}
            problem={aboutValue ?? null}
            onChange={(next) => change({ ...variation, text: next })}
          />
        </Stack>
      </fieldset>
    </Card>
  );
};

/** The values a flag can have, each under a name that rules refer to. */
export const Variations = ({
  editing,
  writable,
}: {
  readonly editing: Editing;
  readonly writable: boolean;
}) => {
  const { draft, finished, edit } = editing;
  const setVariations = (change: (before: readonly DraftVariation[]) => readonly DraftVariation[]) =>
    edit((before) => ({ ...before, variations: change(before.variations) }));
  const remove = (variation: DraftVariation, place: number) => {
    setVariations((before) => before.filter((each) => each.id !== variation.id));
    sayDone(flagPage.variations.removed(variation.name), () =>
      setVariations((before) =>
        before.some((each) => each.id === variation.id) ? before : before.toSpliced(place, 0, variation),
      ),
    );
  };
  const add = () =>
    setVariations((before) => [
      ...before,
      { id: newId(), name: `variation-${before.length + 1}`, text: STARTING_TEXT[draft.type] },
    ]);
  return (
    <Stack gap="sm">
      <div>
        <Title order={2} size="h4">
          {strings.flag.tabs.variations}
        </Title>
        <Text size="sm" c="dimmed">
          {strings.variations.lead(strings.types[draft.type])}
        </Text>
      </div>
      <Stack gap="sm" component="ul" p={0} m={0} className={classes['variations'] ?? ''}>
        {draft.variations.map((variation, index) => (
          <VariationCard
            key={variation.id}
            draft={draft}
            variation={variation}
            problems={finished.problems}
            writable={writable}
            change={(changed) =>
              setVariations((before) => before.map((each) => (each.id === variation.id ? changed : each)))
            }
            remove={() => remove(variation, index)}
          />
        ))}
      </Stack>
      {writable && (
        <Group>
          <Button variant="default" leftSection={<IconPlus size={16} />} onClick={add}>
            {strings.variations.add}
          </Button>
        </Group>
      )}
    </Stack>
  );
};
