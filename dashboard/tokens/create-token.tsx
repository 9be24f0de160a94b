import { PERMISSIONS } from '@halyard/control-plane/permission';
import {
  Alert,
  Button,
  Group,
  Modal,
  MultiSelect,
  Radio,
  Select,
  Stack,
  TagsInput,
  TextInput,
} from '@mantine/core';
import { type FormErrors, useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, type App, accountPath, call, type MintedToken, type Permission } from '../api.ts';
import { edgeUrl, serverUrl } from '../place.ts';
import { tokensQuery } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { Snippet } from '../shell/snippet.tsx';
import { strings } from '../strings.ts';
import { LIVES, type LifeDays, newTokenOf, problemsOf, refusalOf, type TokenForm } from './new-token.ts';
import { snippetsOf } from './snippets.ts';

const isPermission = (text: string): text is Permission => PERMISSIONS.some((each) => each === text);
const isLife = (text: string | null): text is LifeDays => LIVES.some((each) => each === text);

interface CreateFormProps {
  readonly apps: readonly App[];
  readonly taken: readonly string[];
  readonly close: () => void;
  readonly onCreated: (token: MintedToken) => void;
}

const CreateForm = ({ apps, taken, close, onCreated }: CreateFormProps) => {
  const { account } = useSession();
  const client = useQueryClient();
  const form = useForm<TokenForm>({
    initialValues: { name: '', permission: 'evaluate', apps: [], origins: [], life: 'never' },
    validate: (values) => problemsOf(values, taken),
  });
  const create = useMutation({
    mutationFn: (values: TokenForm) =>
      call<MintedToken>(`${accountPath(account)}/tokens`, {
        method: 'POST',
        body: newTokenOf(values, Date.now()),
      }),
    onSuccess: ({ result }) => {
      void client.invalidateQueries({ queryKey: tokensQuery(account).queryKey });
      onCreated(result);
    },
    onError: (error) => {
      if (error instanceof ApiError) focusFirst(refusalOf(error.issues).fields);
    },
  });
  const focusFirst = (errors: FormErrors) => {
    form.setErrors(errors);
    const [first] = Object.keys(errors);
    if (first !== undefined) form.getInputNode(first)?.focus();
  };
  const { error } = create;
  // What a field says is not said twice.
  const rest =
    error instanceof ApiError && error.issues.length > 0
      ? refusalOf(error.issues).rest.join(' ')
      : (error?.message ?? '');
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values), focusFirst)}>
      <Stack>
        <TextInput
          label={strings.tokens.name}
          description={strings.tokens.nameHint}
          data-autofocus
          autoComplete="off"
          {...form.getInputProps('name')}
        />
        <Radio.Group
          label={strings.tokens.permission}
          value={form.values.permission}
          onChange={(value) => isPermission(value) && form.setFieldValue('permission', value)}
        >
          <Stack gap={8} mt={6}>
            {PERMISSIONS.map((permission) => (
              <Radio
                key={permission}
                value={permission}
                label={strings.permissions[permission].name}
                description={strings.permissions[permission].means}
              />
            ))}
          </Stack>
        </Radio.Group>
        <MultiSelect
          label={strings.tokens.apps}
          description={strings.tokens.appsHint}
          placeholder={form.values.apps.length === 0 ? strings.tokens.allApps : ''}
          data={apps.map((app) => ({ value: app.id, label: app.name }))}
          searchable
          {...form.getInputProps('apps')}
        />
        {form.values.permission === 'evaluate' && (
          <TagsInput
            label={strings.tokens.origins}
            description={strings.tokens.originsHint}
            placeholder="https://www.example.com"
            acceptValueOnBlur
            {...form.getInputProps('origins')}
          />
        )}
        <Select
          label={strings.tokens.life}
          data={LIVES.map((life) => ({ value: life, label: strings.tokens.lives[life] }))}
          value={form.values.life}
          onChange={(life) => isLife(life) && form.setFieldValue('life', life)}
          allowDeselect={false}
        />
        {rest !== '' && (
          <Alert color="red" role="alert" title={strings.tokens.failed}>
            {rest}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {strings.cancel}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {strings.tokens.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

const Created = ({ token, close }: { readonly token: MintedToken; readonly close: () => void }) => (
  <Stack>
    <Alert color="yellow">{strings.tokens.once}</Alert>
    <Snippet label={strings.tokens.secret} code={token.secret} />
    {snippetsOf(token, { api: serverUrl(), edge: edgeUrl() }).map(({ label, code }) => (
      <Snippet key={label} label={label} code={code} />
    ))}
    <Group justify="flex-end">
      <Button onClick={close}>{strings.tokens.kept}</Button>
    </Group>
  </Stack>
);

interface CreateTokenProps {
  readonly apps: readonly App[];
  /** Names that other tokens have. */
  readonly taken: readonly string[];
  readonly opened: boolean;
  readonly close: () => void;
}

/** The secret lives in this dialog only: when it closes, it is gone from the page. */
export const CreateToken = ({ apps, taken, opened, close }: CreateTokenProps) => {
  const [created, setCreated] = useState<MintedToken | null>(null);
  const leave = () => {
    setCreated(null);
    close();
  };
  return (
    <Modal
      opened={opened}
      onClose={leave}
      title={created === null ? strings.tokens.create : <bdi>{created.name}</bdi>}
      size="lg"
      // The secret is shown once: only saying that it is copied closes it.
      closeOnClickOutside={created === null}
      closeOnEscape={created === null}
      withCloseButton={created === null}
    >
      {created === null ? (
        <CreateForm apps={apps} taken={taken} close={leave} onCreated={setCreated} />
      ) : (
        <Created token={created} close={leave} />
      )}
    </Modal>
  );
};
