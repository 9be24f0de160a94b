import { Card, Text } from '@mantine/core';
import { useInViewport } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { App } from '../api.ts';
import { lastChangeQuery } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { Moment } from '../shell/moment.tsx';
import { appsStrings } from '../strings/apps.ts';
import { segmentStrings } from '../strings/segments.ts';
import { strings } from '../strings.ts';
import classes from './apps.module.css';

/** An app with its last flag change, asked for when the card comes into view: an account may have thousands. */
export const AppCard = ({ app }: { readonly app: App }) => {
  const { account } = useSession();
  const { ref, inViewport } = useInViewport();
  const last = useQuery({ ...lastChangeQuery(account, app.id), enabled: inViewport }).data;
  return (
    <Card ref={ref} withBorder className={classes['card']}>
      <Link to="/apps/$app/flags" params={{ app: app.id }} className={classes['link']}>
        <bdi>{app.name}</bdi>
      </Link>
      <Text size="sm" c="dimmed" className={classes['changed'] ?? ''}>
        {last === undefined ? (
          '…'
        ) : last === null ? (
          appsStrings.noFlags
        ) : (
          <>
            <bdi>{last.kind === 'segment' ? segmentStrings.named(last.segment_key) : last.flag_key}</bdi>,{' '}
            {appsStrings.changed}
            <Moment at={last.at} /> <bdi>{strings.flags.by(last.actor.name)}</bdi>
          </>
        )}
      </Text>
    </Card>
  );
};
