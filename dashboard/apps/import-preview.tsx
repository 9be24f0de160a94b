import { Badge, Group, Stack, Text } from '@mantine/core';
import type { Diff, SegmentState } from '../api.ts';
import { ChangeList } from '../history/change-list.tsx';
import { appsStrings } from '../strings/apps.ts';
import { segmentStrings } from '../strings/segments.ts';
import { strings } from '../strings.ts';
import { changesInWords } from '../words/change.ts';
import { segmentWords } from '../words/segment-change.ts';
import { Sentence } from '../words/sentence.tsx';

interface Counts {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly unchanged: number;
}

/** What an import changed, or would change; the counts outside `segments` are of flags. */
export interface Imported extends Counts {
  readonly segments: Counts;
  /** Of a dry run. By key, a segment's as `segment/KEY`. */
  readonly diff?: Readonly<Record<string, Diff>>;
}

export const changesNothing = ({ segments, ...flags }: Imported): boolean =>
  [flags, segments].every(({ created, updated, deleted }) => created + updated + deleted === 0);

const SHOWN = 50;
const SEGMENT = 'segment/';
const PARTS = ['created', 'updated', 'deleted', 'unchanged'] as const;

const CountBadges = ({
  counts,
  words,
}: {
  readonly counts: Counts;
  readonly words: Readonly<Record<keyof Counts, (number: number) => string>>;
}) => (
  <Group gap={6}>
    {PARTS.map((part) => (
      <Badge key={part} variant="default" radius="sm" tt="none">
        {words[part](counts[part])}
      </Badge>
    ))}
  </Group>
);

/** Where the segment comes or goes the diff has all of it. */
const wholeOf = (diff: Diff, side: 'from' | 'to'): SegmentState | null =>
  diff['key']?.[side] === undefined
    ? null
    : (Object.fromEntries(
        Object.entries(diff).map(([field, sides]) => [field, sides[side]]),
        // The server's own segment.
      ) as unknown as SegmentState);

const SegmentDiff = ({ diff }: { readonly diff: Diff }) => {
  const [comes, goes] = [wholeOf(diff, 'to'), wholeOf(diff, 'from')];
  const whole = comes ?? goes;
  return whole === null ? (
    <ChangeList changes={changesInWords(diff)} />
  ) : (
    <Text size="sm" c="dimmed">
      {comes === null ? segmentStrings.held : segmentStrings.holds}
      <Sentence words={segmentWords(whole)} />
    </Text>
  );
};

const Part = ({ name, diff }: { readonly name: string; readonly diff: Diff }) => {
  const segment = name.startsWith(SEGMENT) ? name.slice(SEGMENT.length) : null;
  const title = segment === null ? name : segmentStrings.named(segment);
  return (
    <section aria-label={title}>
      <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
        <bdi>{title}</bdi>
      </Text>
      {segment === null ? <ChangeList changes={changesInWords(diff)} /> : <SegmentDiff diff={diff} />}
    </section>
  );
};

/** What an import would change, in numbers and in words. */
export const ImportPreview = ({ result }: { readonly result: Imported }) => {
  const parts = Object.entries(result.diff ?? {});
  const hasSegments = PARTS.some((part) => result.segments[part] > 0);
  return (
    <Stack gap="xs">
      <CountBadges counts={result} words={strings.settings.counts} />
      {hasSegments && <CountBadges counts={result.segments} words={appsStrings.segmentCounts} />}
      {parts.slice(0, SHOWN).map(([name, diff]) => (
        <Part key={name} name={name} diff={diff} />
      ))}
      {parts.length > SHOWN && (
        <Text size="sm" c="dimmed">
          {appsStrings.andMore(parts.length - SHOWN)}
        </Text>
      )}
    </Stack>
  );
};
