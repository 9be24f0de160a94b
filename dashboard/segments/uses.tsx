import { Button, Card, Stack, Text, Title } from '@mantine/core';
import { IconUsersGroup } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { inOrder } from '../draft/rule-keys.ts';
import { flagQuery, segmentUsesQuery } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { Empty, Failure, Loading } from '../shell/states.tsx';
import { segmentPage } from '../strings/segment-page.ts';
import classes from './segments.module.css';

const words = segmentPage.uses;
/** As many are asked for their rules at once. */
const SHOWN = 20;

interface UsingFlagProps {
  readonly app: string;
  readonly flag: string;
  /** The ids of the rules through which it does. */
  readonly rules: readonly string[];
}

const UsingFlag = ({ app, flag, rules }: UsingFlagProps) => {
  const { account } = useSession();
  const stored = useQuery({ ...flagQuery(account, app, flag), enabled: rules.length > 0 }).data;
  const places = inOrder(stored?.rules ?? []).flatMap(({ id, priority }, index) =>
    rules.includes(id ?? String(priority)) ? [{ id: id ?? String(priority), place: index + 1 }] : [],
  );
  return (
    <Text size="sm" component="span">
      <Link to="/apps/$app/flags/$key" params={{ app, key: flag }} className={classes['link']}>
        <bdi>{flag}</bdi>
      </Link>
      {rules.length === 0 && <> · {words.prerequisite}</>}
      {places.map(({ id, place }) => (
        <span key={id}>
          {' · '}
          <Link
            to="/apps/$app/flags/$key"
            params={{ app, key: flag }}
            hash={`rule-${id}`}
            className={classes['link']}
          >
            {words.rule(place)}
          </Link>
        </span>
      ))}
    </Text>
  );
};

interface GroupProps<Item> {
  readonly title: string;
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  readonly row: (item: Item) => ReactNode;
}

const UsesGroup = <Item,>({ title, items, keyOf, row }: GroupProps<Item>) => {
  const [shown, show] = useState(SHOWN);
  if (items.length === 0) return null;
  return (
    <Card withBorder component="section" aria-label={title}>
      <Title order={2} size="h5" mb="xs">
        {title} · {items.length.toLocaleString('en')}
      </Title>
      <ul className={classes['uses']}>
        {items.slice(0, shown).map((item) => (
          <li key={keyOf(item)}>{row(item)}</li>
        ))}
      </ul>
      {items.length > shown && (
        <Button size="compact-md" variant="subtle" onClick={() => show(shown + SHOWN)}>
          {words.more(Math.min(SHOWN, items.length - shown))}
        </Button>
      )}
    </Card>
  );
};

/** Who would notice a change of the segment: flags with the rules through which it reaches them, and segments. */
export const Uses = ({ app, segment }: { readonly app: string; readonly segment: string }) => {
  const { account } = useSession();
  const uses = useQuery(segmentUsesQuery(account, app, segment));
  if (uses.isPending) return <Loading rows={2} height={60} />;
  if (uses.data === undefined) return <Failure error={uses.error} retry={() => void uses.refetch()} />;
  const { flags, segments } = uses.data;
  if (flags.length + segments.length === 0) {
    return (
      <Empty icon={<IconUsersGroup />} title={words.none}>
        {words.noneHelp}
      </Empty>
    );
  }
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {words.lead}
      </Text>
      <UsesGroup
        title={words.flags}
        items={flags}
        keyOf={({ key }) => key}
        row={({ key, rules }) => <UsingFlag app={app} flag={key} rules={rules} />}
      />
      <UsesGroup
        title={words.segments}
        items={segments}
        keyOf={(key) => key}
        row={(key) => (
          <Link to="/apps/$app/segments/$key" params={{ app, key }} className={classes['link']}>
            <bdi>{key}</bdi>
          </Link>
        )}
      />
    </Stack>
  );
};
