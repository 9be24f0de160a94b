import { segmentBefore } from '@halyard/control-plane/diff';
import { Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { SegmentEntry } from '../api.ts';
import { segmentStrings } from '../strings/segments.ts';
import { segmentChanges, segmentWords } from '../words/segment-change.ts';
import { Sentence } from '../words/sentence.tsx';
import { ChangeList } from './change-list.tsx';
import classes from './history.module.css';

const FLAGS_SHOWN = 8;

/** The flags that reached the segment when it was changed. */
const Reached = ({ app, entry: { affects } }: SegmentWhatProps) => {
  if (affects.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {segmentStrings.reachesNone}
      </Text>
    );
  }
  const shown = affects.slice(0, FLAGS_SHOWN);
  const more = affects.length - shown.length;
  return (
    <Text size="sm" c="dimmed">
      {segmentStrings.reaches}{' '}
      {shown.map(({ flag }, index) => (
        <span key={flag}>
          {index > 0 && ', '}
          <Link to="/apps/$app/flags/$key" params={{ app, key: flag }} className={classes['flag']}>
            <bdi>{flag}</bdi>
          </Link>
        </span>
      ))}
      {more > 0 && ` ${segmentStrings.more(more)}`}
    </Text>
  );
};

interface SegmentWhatProps {
  readonly app: string;
  readonly entry: SegmentEntry;
}

/** What changed in a segment, and which flags it reached. */
export const SegmentWhat = ({ app, entry }: SegmentWhatProps) => (
  <Stack gap={6}>
    {entry.event === 'update' ? (
      <ChangeList changes={segmentChanges(segmentBefore(entry.after, entry.diff ?? {}), entry.after)} />
    ) : (
      <Text size="sm" c="dimmed">
        {entry.event === 'delete' ? segmentStrings.held : segmentStrings.holds}
        <Sentence words={segmentWords(entry.after)} />
      </Text>
    )}
    <Reached app={app} entry={entry} />
  </Stack>
);
