import { Alert, Button, Group, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate } from '@tanstack/react-router';
import { KEY_PATTERN, keyOf } from '../flags/new-flag.ts';
import { segmentPage as words } from '../strings/segment-page.ts';
import { strings } from '../strings.ts';
import { useCreateSegment } from './write.ts';

/** What was typed into a form that was closed without being sent: Escape is quickly pressed, and drops nothing. */
const kept = new Map<string, { readonly key: string; readonly description: string }>();

const CreateSegmentForm = ({ app, close }: CreateSegmentProps) => {
  const navigate = useNavigate();
  const create = useCreateSegment(app);
  const form = useForm({
    initialValues: kept.get(app) ?? { key: '', description: '' },
    onValuesChange: (values) => kept.set(app, values),
    validate: { key: (key) => (KEY_PATTERN.test(keyFor(key)) ? null : words.create.keyNeeded) },
  });
  const key = keyFor(form.values.key);
  const forget = () => {
    kept.delete(app);
    close();
  };
  const submit = form.onSubmit(({ description }) =>
    create.mutate(
      { key, ...(description.trim() === '' ? {} : { description: description.trim() }) },
      {
        onSuccess: () => {
          forget();
          void navigate({ to: '/apps/$app/segments/$key', params: { app, key } });
        },
      },
    ),
  );
  return (
    <form onSubmit={submit}>
      <Stack>
        {create.error && (
          <Alert color="red" role="alert" title={words.create.failed}>
            {create.error.message}
          </Alert>
        )}
        <TextInput
          label={words.create.key}
          description={words.create.keyHint}
          placeholder="beta-testers"
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
        <Textarea
          label={words.create.description}
          description={words.create.descriptionHint}
          autosize
          minRows={2}
          maxRows={8}
          {...form.getInputProps('description')}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={forget}>
            {strings.cancel}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {words.create.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

const keyFor = (typed: string): string => (KEY_PATTERN.test(typed) ? typed : keyOf(typed));

interface CreateSegmentProps {
  readonly app: string;
  readonly close: () => void;
}

export const CreateSegment = ({ app, close }: CreateSegmentProps) => (
  <Modal opened onClose={close} title={words.create.title} size="lg">
    <CreateSegmentForm app={app} close={close} />
  </Modal>
);
