import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { StoredSegment } from '../api.ts';
import { segmentUsesQuery } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { Moment } from '../shell/moment.tsx';
import { segmentPage as words } from '../strings/segment-page.ts';
import { strings } from '../strings.ts';
import { segmentWords } from '../words/segment-change.ts';
import { Sentence } from '../words/sentence.tsx';
import classes from './segments.module.css';

/** How many use it; asked only for the rows in sight. */
const Users = ({ app, segment }: SegmentRowProps) => {
  const { account } = useSession();
  const uses = useQuery(segmentUsesQuery(account, app, segment.key)).data;
  return (
    <Text size="xs" c="dimmed" mih="1.5em">
      {uses !== undefined && words.users(uses.flags.length, uses.segments.length)}
    </Text>
  );
};

interface SegmentRowProps {
  readonly app: string;
  readonly segment: StoredSegment;
}

export const SegmentRow = memo(({ app, segment }: SegmentRowProps) => (
  <div className={classes['row']}>
    <div>
      <Link to="/apps/$app/segments/$key" params={{ app, key: segment.key }} className={classes['key']}>
        <bdi>{segment.key}</bdi>
      </Link>
      {segment.description && (
        <Text size="sm" c="dimmed" lineClamp={1}>
          {segment.description}
        </Text>
      )}
    </div>
    <div>
      <Text size="sm" lineClamp={2}>
        <Sentence words={segmentWords(segment)} />
      </Text>
      <Users app={app} segment={segment} />
    </div>
    <Text component="div" size="xs" c="dimmed" className={classes['changed']}>
      <Moment at={segment.updated_at} />
      <div>
        <bdi>{strings.flags.by(segment.updated_by)}</bdi>
      </div>
    </Text>
  </div>
));
