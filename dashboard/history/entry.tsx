import { Button, Group, Paper, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { ChangelogEntry, FlagEntry } from '../api.ts';
import { Clamped } from '../shell/clamped.tsx';
import { Mark } from '../shell/mark.tsx';
import { Moment } from '../shell/moment.tsx';
import { historyStrings } from '../strings/history.ts';
import { segmentStrings } from '../strings/segments.ts';
import { strings } from '../strings.ts';
import { changesBetween } from '../words/flag-change.ts';
import { Sentence } from '../words/sentence.tsx';
import { summaryWords } from '../words/summary.ts';
import { ChangeList } from './change-list.tsx';
import type { Commit } from './groups.ts';
import classes from './history.module.css';
import { SegmentWhat } from './segment-entry.tsx';
import { changeOf } from './undo.ts';

const TONES = { create: 'good', update: 'changed', delete: 'bad' } as const;
/** More flags of one commit are shown when they are asked for. */
const FLAGS_SHOWN = 5;

export type Own = 'flag' | 'segment' | null;

interface RowProps {
  readonly app: string;
  readonly commit: Commit;
  /** Whose timeline it is: that of a flag or a segment does not name it again; an app's names each. */
  readonly own: Own;
  readonly highlighted: string | undefined;
  readonly actions: (entry: ChangelogEntry) => ReactNode;
}

const What = ({ app, entry }: { readonly app: string; readonly entry: ChangelogEntry }) =>
  entry.kind === 'segment' ? <SegmentWhat app={app} entry={entry} /> : <FlagWhat entry={entry} />;

const FlagWhat = ({ entry }: { readonly entry: FlagEntry }) => {
  const { before, after } = changeOf(entry);
  if (before !== null && after !== null) return <ChangeList changes={changesBetween(before, after)} />;
  return (
    <Text size="sm" c="dimmed">
      {after === null ? strings.history.lastServed : strings.history.firstServed}
      <Sentence words={summaryWords(entry.after)} />
    </Text>
  );
};

const nameOf = (entry: ChangelogEntry): string =>
  entry.kind === 'segment' ? segmentStrings.named(entry.segment_key) : entry.flag_key;

const Subject = ({ app, entry, own }: Pick<RowProps, 'app' | 'own'> & { readonly entry: ChangelogEntry }) =>
  entry.kind === 'segment' ? (
    <Text size="sm" component="span">
      {own === 'flag' ? segmentStrings.through : segmentStrings.label}{' '}
      <Link
        to="/apps/$app/segments/$key"
        params={{ app, key: entry.segment_key }}
        className={classes['flag']}
      >
        <bdi>{entry.segment_key}</bdi>
      </Link>
    </Text>
  ) : (
    <FlagLink app={app} entry={entry} />
  );

const whatOf = (entries: readonly ChangelogEntry[]): string => {
  const segments = entries.filter(({ kind }) => kind === 'segment').length;
  return segments === 0
    ? historyStrings.flags(entries.length)
    : segmentStrings.commit(entries.length - segments, segments);
};

const FlagLink = ({ app, entry }: { readonly app: string; readonly entry: FlagEntry }) => (
  <Link to="/apps/$app/flags/$key" params={{ app, key: entry.flag_key }} className={classes['flag']}>
    <bdi>{entry.flag_key}</bdi>
  </Link>
);

const Event = ({ entry }: { readonly entry: ChangelogEntry }) => (
  <Mark tone={TONES[entry.event]}>{strings.history.events[entry.event]}</Mark>
);

/** Where a link led: brought into view once, with the focus, so that reading goes on from there. */
const useLed = (here: boolean) => {
  const place = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (!here) return;
    place.current?.scrollIntoView({ block: 'center' });
    place.current?.focus({ preventScroll: true });
  }, [here]);
  return place;
};

const Head = ({ entry, children }: { readonly entry: ChangelogEntry; readonly children: ReactNode }) => (
  <Group gap={8} className={classes['head'] ?? ''}>
    {children}
    <Text size="sm" component="span">
      <bdi>{strings.history.by(entry.actor.name)}</bdi> <Moment at={entry.at} clock c="dimmed" />
    </Text>
  </Group>
);

const Comment = ({ text }: { readonly text: string }) => (
  <Text size="sm" mt={8} className={classes['comment']}>
    <Clamped length={text.length}>
      <bdi>{text}</bdi>
    </Clamped>
  </Text>
);

/** The flags of a commit, each with its changes and its own actions. */
const Flags = ({ app, commit, own, actions }: Pick<RowProps, 'app' | 'commit' | 'own' | 'actions'>) => {
  const [all, setAll] = useState(false);
  const shown = all ? commit.entries : commit.entries.slice(0, FLAGS_SHOWN);
  const more = commit.entries.length - shown.length;
  return (
    <>
      {shown.map((entry) => (
        <section key={entry.id} aria-label={nameOf(entry)} className={classes['part']}>
          <Group justify="space-between" gap="xs">
            <Group gap={8} miw={0}>
              <Event entry={entry} />
              <Subject app={app} entry={entry} own={own} />
              <Text size="xs" c="dimmed">
                {strings.history.version(entry.version)}
              </Text>
            </Group>
            {actions(entry)}
          </Group>
          <What app={app} entry={entry} />
        </section>
      ))}
      {more > 0 && (
        <Button size="compact-sm" variant="subtle" onClick={() => setAll(true)}>
          {commit.entries.some(({ kind }) => kind === 'segment')
            ? segmentStrings.showMore(more)
            : historyStrings.showFlags(more)}
        </Button>
      )}
    </>
  );
};

/** One commit, one row: of one flag with its changes, of several with each of them. */
export const Row = ({ app, commit, own, highlighted, actions }: RowProps) => {
  const { first, entries } = commit;
  const here = entries.some(({ id }) => id === highlighted);
  const place = useLed(here);
  const single = entries.length === 1;
  return (
    <Paper
      component="li"
      ref={place}
      tabIndex={here ? -1 : undefined}
      id={`entry-${first.id}`}
      className={classes['entry']}
      data-event={single ? first.event : 'update'}
      data-highlighted={here}
      p="md"
    >
      <Group justify="space-between" align="flex-start" gap="xs">
        <Head entry={first}>
          {single ? (
            <>
              <Event entry={first} />
              {(first.kind ?? 'flag') !== own && <Subject app={app} entry={first} own={own} />}
            </>
          ) : (
            <strong>{whatOf(entries)}</strong>
          )}
        </Head>
        {single && (
          <Group gap={6} wrap="nowrap">
            <Text size="xs" c="dimmed">
              {strings.history.version(first.version)}
            </Text>
            {actions(first)}
          </Group>
        )}
      </Group>
      {first.comment && <Comment text={first.comment} />}
      <div className={classes['what']}>
        {single ? (
          <What app={app} entry={first} />
        ) : (
          <Flags app={app} commit={commit} own={own} actions={actions} />
        )}
      </div>
    </Paper>
  );
};
