import { Anchor, Button, Center, Skeleton, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconCloudOff, IconLock, IconMoodEmpty } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ApiError } from '../api.ts';
import { strings } from '../strings.ts';
import classes from './states.module.css';

interface StateProps {
  /** It is all the page has, so its title is the page's. */
  readonly whole?: boolean;
  readonly icon: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}

const State = ({ whole = false, icon, title, children, action }: StateProps) => (
  <Center py={64} px="md">
    <Stack align="center" gap="sm" maw={460} ta="center">
      <ThemeIcon size={52} radius="xl" variant="light" aria-hidden="true">
        {icon}
      </ThemeIcon>
      <Title order={whole ? 1 : 2} size="h4">
        {title}
      </Title>
      {children !== undefined && (
        <Text component="div" c="dimmed" size="sm">
          {children}
        </Text>
      )}
      {action}
    </Stack>
  </Center>
);

/** Nothing here yet: says what would be, and offers to make it. */
export const Empty = (props: Omit<StateProps, 'icon'> & { readonly icon?: ReactNode }) => (
  <State {...props} icon={props.icon ?? <IconMoodEmpty />} />
);

interface FailureProps {
  readonly error: Error;
  readonly retry: () => void;
  readonly whole?: boolean;
}

/** What could not be shown, why, and what can be done. */
export const Failure = ({ error, retry, whole = false }: FailureProps) => {
  const status = error instanceof ApiError ? error.status : null;
  if (status === 404) {
    return (
      <State
        whole={whole}
        icon={<IconMoodEmpty />}
        title={strings.failure.notFound}
        action={<Anchor renderRoot={(props) => <Link to="/" {...props} />}>{strings.failure.toApps}</Anchor>}
      >
        {error.message}
      </State>
    );
  }
  if (status === 403) {
    return (
      <State whole={whole} icon={<IconLock />} title={strings.failure.forbidden}>
        {error.message}
      </State>
    );
  }
  return (
    <div role="alert">
      <State
        whole={whole}
        icon={<IconCloudOff />}
        title={strings.failure.title}
        action={
          <Button variant="default" onClick={retry}>
            {strings.failure.retry}
          </Button>
        }
      >
        {error.message}
      </State>
    </div>
  );
};

/** The shape of a list that is on its way. */
export const Loading = ({ rows = 5, height = 64 }: { readonly rows?: number; readonly height?: number }) => (
  <Stack gap="xs" aria-busy="true" aria-label={strings.loading} role="status">
    {Array.from({ length: rows }, (_, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: placeholders are all alike.
      <Skeleton key={index} height={height} radius="md" className={classes['skeleton'] ?? ''} />
    ))}
  </Stack>
);
