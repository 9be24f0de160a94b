import { Text, type TextProps } from '@mantine/core';
import { exactTime, relativeTime } from './time.ts';

/** A moment as people say it, with the exact time in the reader's zone on hover. */
export const Moment = ({ at, ...text }: { readonly at: string } & TextProps) => (
  <Text component="time" dateTime={at} title={exactTime(at)} inherit {...text}>
    {relativeTime(at, Date.now())}
  </Text>
);
