import {
  Alert,
  Button,
  Card,
  Checkbox,
  FileInput,
  Group,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, type App, appPath, call, search } from '../api.ts';
import { useSession } from '../session/session.ts';
import { sayDone } from '../shell/notify.tsx';
import { ReasonField } from '../shell/reason-field.tsx';
import { strings } from '../strings.ts';
import { changesNothing, type Imported, ImportPreview } from './import-preview.tsx';

interface Options {
  readonly replace: boolean;
  readonly flagshipAccount: string;
}

const Refused = ({ error }: { readonly error: Error }) => (
  <Alert color="red" role="alert" title={strings.settings.importFailed}>
    {error instanceof ApiError && error.issues.length > 0
      ? error.issues.map((issue) => <div key={issue.pointer ?? issue.message}>{issue.message}</div>)
      : error.message}
  </Alert>
);

/** A file is tried first; what it would change is shown before anything is written. */
export const ImportFlags = ({ app }: { readonly app: App }) => {
  const { account } = useSession();
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [options, setOptions] = useState<Options>({ replace: false, flagshipAccount: '' });
  const [reason, setReason] = useState('');
  const send = async (dryRun: boolean): Promise<Imported> => {
    const query = search({
      mode: options.replace ? 'replace' : null,
      flagship_account: options.flagshipAccount.trim(),
      dry_run: dryRun ? 1 : null,
    });
    const { result } = await call<Imported>(`${appPath(account, app.id)}/import${query}`, {
      method: 'POST',
      ndjson: (await file?.text()) ?? '',
      ...(dryRun ? {} : { comment: reason }),
    });
    return result;
  };
  const preview = useMutation({ mutationFn: () => send(true) });
  const write = useMutation({
    mutationFn: () => send(false),
    onSuccess: () => {
      sayDone(strings.settings.imported);
      preview.reset();
      setFile(null);
      setReason('');
      void client.invalidateQueries({ queryKey: [account, app.id] });
    },
  });
  const again =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      preview.reset();
      write.reset();
      set(value);
    };
  const change = again((part: Partial<Options>) => setOptions((before) => ({ ...before, ...part })));
  const found = preview.data;
  const nothing = found !== undefined && changesNothing(found);
  return (
    <Card withBorder component="section" aria-label={strings.settings.importTitle}>
      <Stack gap="sm">
        <div>
          <Title order={2} size="h5">
            {strings.settings.importTitle}
          </Title>
          <Text size="sm" c="dimmed">
            {strings.settings.importHelp}
          </Text>
        </div>
        <FileInput
          label={strings.settings.importFile}
          placeholder={strings.settings.choose}
          accept=".ndjson,.jsonl,.json,.txt"
          value={file}
          onChange={again(setFile)}
          clearable
          clearButtonProps={{ 'aria-label': strings.remove }}
        />
        <TextInput
          label={strings.settings.flagshipAccount}
          description={strings.settings.flagshipHint}
          value={options.flagshipAccount}
          onChange={(event) => change({ flagshipAccount: event.currentTarget.value })}
        />
        <Checkbox
          label={strings.settings.replace}
          checked={options.replace}
          onChange={(event) => change({ replace: event.currentTarget.checked })}
        />
        {found !== undefined && !nothing && <ReasonField value={reason} onChange={setReason} />}
        {(preview.error ?? write.error) && <Refused error={preview.error ?? write.error ?? new Error()} />}
        {nothing ? (
          <Text size="sm">{strings.settings.nothingToImport}</Text>
        ) : (
          found && <ImportPreview result={found} />
        )}
        <Group>
          <Button
            variant="default"
            disabled={file === null}
            loading={preview.isPending}
            onClick={() => preview.mutate()}
          >
            {strings.settings.preview}
          </Button>
          {found !== undefined && !nothing && (
            <Button loading={write.isPending} onClick={() => write.mutate()}>
              {strings.settings.importNow}
            </Button>
          )}
        </Group>
      </Stack>
    </Card>
  );
};
