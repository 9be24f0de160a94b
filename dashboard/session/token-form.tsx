import { Alert, Button, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { ApiError } from '../api.ts';
import { sessionStrings } from '../strings/session.ts';
import { strings } from '../strings.ts';
import { proofOf } from './proof.ts';
import { signIn } from './session.ts';

const explain = (error: Error, pasted: string): string => {
  if (!(error instanceof ApiError) || error.status !== 401) return error.message;
  return 'link' in proofOf(pasted) ? sessionStrings.linkUsed : strings.signIn.unknownToken;
};

/** The token goes from the field into one request, and is kept nowhere. */
export const TokenForm = ({ onSignedIn }: { readonly onSignedIn: () => void }) => {
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { token: '' },
    validate: { token: (token) => (token.trim() === '' ? strings.signIn.tokenNeeded : null) },
  });
  const entering = useMutation({
    mutationFn: (pasted: string) => signIn(proofOf(pasted)),
    onSuccess: () => {
      form.reset();
      onSignedIn();
    },
  });
  return (
    <form onSubmit={form.onSubmit(({ token }) => entering.mutate(token.trim()))}>
      <Stack>
        {entering.error && (
          <Alert color="red" role="alert" title={strings.signIn.failed}>
            {explain(entering.error, entering.variables)}
          </Alert>
        )}
        <PasswordInput
          label={strings.signIn.token}
          description={sessionStrings.linkOrToken}
          placeholder="hly_…"
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          visibilityToggleButtonProps={{ 'aria-label': strings.signIn.showToken }}
          key={form.key('token')}
          {...form.getInputProps('token')}
        />
        <Button type="submit" loading={entering.isPending} fullWidth>
          {strings.signIn.button}
        </Button>
      </Stack>
    </form>
  );
};
