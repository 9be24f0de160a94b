import { Text, type TextProps } from '@mantine/core';
import { clockTime, exactTime, relativeTime, shortAgo } from './time.ts';
import { useNow } from './use-now.ts';

interface MomentProps extends TextProps {
  readonly at: string;
  /** Says the clock too, for what is read second by second: `16:02:11 UTC+1, 12 min ago`. */
  readonly clock?: boolean;
}

/** A moment as people say it, with the exact time in the reader's zone on hover. */
export const Moment = ({ at, clock = false, ...text }: MomentProps) => {
  const now = useNow();
  return (
    <Text component="time" dateTime={at} title={exactTime(at)} inherit {...text}>
      {clock ? `${clockTime(at)}, ${shortAgo(at, now)}` : relativeTime(at, now)}
    </Text>
  );
};
