import { Group, Stack, Tabs, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { ApiError, type StoredSegment } from '../api.ts';
import flagClasses from '../flag/flag.module.css';
import { Timeline } from '../history/timeline.tsx';
import { segmentQuery } from '../queries.ts';
import { SEGMENT_TABS, type SegmentTab } from '../router-search.ts';
import { useSession } from '../session/session.ts';
import { Clamped } from '../shell/clamped.tsx';
import { CopyIcon } from '../shell/copy-icon.tsx';
import { LongText } from '../shell/long-text.tsx';
import { Moment } from '../shell/moment.tsx';
import { Failure, Loading } from '../shell/states.tsx';
import { useTitle } from '../shell/title.ts';
import { segmentPage as words } from '../strings/segment-page.ts';
import { segmentStrings } from '../strings/segments.ts';
import { strings } from '../strings.ts';
import { segmentWords } from '../words/segment-change.ts';
import { Sentence } from '../words/sentence.tsx';
import { textOf } from '../words/words.ts';
import { Uses } from './uses.tsx';

const route = getRouteApi('/signed-in/apps/$app/segments/$key');
const Editor = lazy(async () => ({ default: (await import('./segment-editor.tsx')).SegmentEditor }));

const isTab = (text: string | null): text is SegmentTab => SEGMENT_TABS.some((tab) => tab === text);

const Header = ({ app, segment }: { readonly app: string; readonly segment: StoredSegment }) => {
  const holds = segmentWords(segment);
  return (
    <div>
      <Group gap={4} wrap="nowrap">
        <Title order={1} size="h3" style={{ overflowWrap: 'anywhere' }}>
          <Text span c="dimmed" inherit fw={400}>
            {segmentStrings.label}{' '}
          </Text>
          <bdi>{segment.key}</bdi>
        </Title>
        <CopyIcon value={segment.key} label={words.copyKey} />
      </Group>
      {segment.description && (
        <Text c="dimmed" component="div">
          <LongText text={segment.description} max={240} />
        </Text>
      )}
      <Text component="div">
        {words.holds}
        <Clamped length={textOf(holds).length}>
          <Sentence cut words={holds} app={app} />
        </Clamped>
      </Text>
      <Text size="sm" c="dimmed" component="div">
        {strings.flag.version(segment.version)} · <Moment at={segment.updated_at} />{' '}
        <bdi>{strings.flag.changedBy(segment.updated_by)}</bdi>
      </Text>
    </div>
  );
};

export const SegmentPage = () => {
  const { app, key } = route.useParams();
  const { entry, tab = 'members' } = route.useSearch();
  const navigate = route.useNavigate();
  const { account } = useSession();
  const segment = useQuery(segmentQuery(account, app, key));
  useTitle(segmentStrings.named(key));
  if (segment.isPending) return <Loading rows={3} height={120} />;
  const gone = segment.error instanceof ApiError && segment.error.status === 404;
  if (segment.isError && (gone || segment.data === undefined)) {
    return <Failure whole error={segment.error} retry={() => void segment.refetch()} />;
  }
  const open = (next: string | null) =>
    isTab(next) &&
    void navigate({
      search: ({ tab: _, ...before }) => (next === 'members' ? before : { ...before, tab: next }),
    });
  return (
    <Stack gap="lg">
      <Header app={app} segment={segment.data} />
      <Tabs id="segment" value={tab} onChange={open}>
        <Tabs.List mb="md" className={flagClasses['tabs'] ?? ''}>
          {SEGMENT_TABS.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {words.tabs[each]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <div role="tabpanel" id={`segment-panel-${tab}`} aria-labelledby={`segment-tab-${tab}`}>
          {tab === 'uses' && <Uses app={app} segment={key} />}
          {tab === 'history' && (
            <section aria-label={strings.history.title}>
              <Title order={2} size="h4" mb="sm">
                {strings.history.title}
              </Title>
              <Timeline app={app} query={{ segment: key }} own="segment" highlighted={entry} />
            </section>
          )}
          <Suspense fallback={<Loading rows={3} height={90} />}>
            <Editor key={`${app}/${key}`} app={app} segment={segment.data} tab={tab} />
          </Suspense>
        </div>
      </Tabs>
    </Stack>
  );
};
