import type { FlagType } from '@halyard/engine';
import {
  Alert,
  Button,
  Group,
  Modal,
  SegmentedControl,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { DraftVariation } from '../draft/draft.ts';
import { readVariations } from '../draft/finish.ts';
import { Snippet } from '../shell/snippet.tsx';
import { strings } from '../strings.ts';
import { KEY_PATTERN, keyOf, newBooleanFlag, newFlag, snippetOf } from './new-flag.ts';
import { emptyVariation, NewVariations } from './new-variations.tsx';
import { useCreateFlag } from './write-flag.ts';

const TYPES: readonly FlagType[] = ['boolean', 'string', 'number', 'json'];
const isType = (text: string): text is FlagType => TYPES.some((type) => type === text);

interface CreateFlagProps {
  readonly app: string;
  readonly close: () => void;
}

interface Typed {
  readonly key: string;
  readonly type: FlagType;
  readonly description: string;
  readonly variations: readonly DraftVariation[];
}

const nothing = (): Typed => ({
  key: '',
  type: 'boolean',
  description: '',
  variations: [emptyVariation(), emptyVariation()],
});

/** What was typed into a form that was closed without being sent: Escape is quickly pressed, and drops nothing. */
const kept = new Map<string, Typed>();

const CreateFlagForm = ({ app, close }: CreateFlagProps) => {
  const navigate = useNavigate();
  const create = useCreateFlag(app);
  const form = useForm<Typed>({
    initialValues: kept.get(app) ?? nothing(),
    onValuesChange: (values) => kept.set(app, values),
    validate: {
      key: (key) => (KEY_PATTERN.test(keyOf(key)) ? null : strings.createFlag.keyNeeded),
    },
  });
  const [problems, setProblems] = useState<ReadonlyMap<string, string>>(new Map());
  const key = KEY_PATTERN.test(form.values.key) ? form.values.key : keyOf(form.values.key);
  const forget = () => {
    kept.delete(app);
    close();
  };
  const submit = form.onSubmit(({ type, description, variations }) => {
    const named = type === 'boolean' ? { values: {}, problems: [] } : readVariations(type, variations);
    setProblems(new Map(named.problems.map(({ id, message }) => [id, message])));
    if (named.problems.length > 0) return;
    const flag =
      type === 'boolean' ? newBooleanFlag(key, description) : newFlag(key, description, named.values);
    create.mutate(flag, {
      onSuccess: () => {
        forget();
        void navigate({ to: '/apps/$app/flags/$key', params: { app, key } });
      },
    });
  });
  return (
    <form onSubmit={submit}>
      <Stack>
        {create.error && (
          <Alert color="red" role="alert" title={strings.createFlag.failed}>
            {create.error.message}
          </Alert>
        )}
        <TextInput
          label={strings.createFlag.key}
          description={strings.createFlag.keyHint}
          placeholder="new-checkout"
          data-autofocus
          autoComplete="off"
          spellCheck={false}
          {...form.getInputProps('key')}
        />
        {key !== form.values.key && key !== '' && (
          <Text size="sm" c="dimmed">
            {strings.createFlag.keyBecomes} <code>{key}</code>
          </Text>
        )}
        <div>
          <Text size="sm" fw={500} id="new-flag-type" mb={4}>
            {strings.createFlag.type}
          </Text>
          <SegmentedControl
            fullWidth
            aria-labelledby="new-flag-type"
            data={TYPES.map((type) => ({ value: type, label: strings.types[type] }))}
            value={form.values.type}
            onChange={(type) => isType(type) && form.setFieldValue('type', type)}
          />
          <Text size="xs" c="dimmed" mt={6}>
            {strings.createFlag.typeHints[form.values.type]}
          </Text>
        </div>
        {form.values.type !== 'boolean' && (
          <NewVariations
            type={form.values.type}
            variations={form.values.variations}
            problems={problems}
            change={(variations) => form.setFieldValue('variations', variations)}
          />
        )}
        <Textarea
          label={strings.createFlag.description}
          description={strings.createFlag.descriptionHint}
          autosize
          minRows={2}
          maxRows={8}
          {...form.getInputProps('description')}
        />
        {key !== '' && <Snippet label={strings.createFlag.snippet} code={snippetOf(key, form.values.type)} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={forget}>
            {strings.cancel}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {strings.createFlag.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

export const CreateFlag = ({ app, close }: CreateFlagProps) => (
  <Modal opened onClose={close} title={strings.createFlag.title} size="lg">
    <CreateFlagForm app={app} close={close} />
  </Modal>
);
