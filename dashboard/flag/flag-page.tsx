import { Stack, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { FlagTimeline } from '../history/flag-timeline.tsx';
import { flagQuery } from '../queries.ts';
import { FLAG_TABS, type FlagTab } from '../router-search.ts';
import { useSession } from '../session/session.ts';
import { Failure, Loading } from '../shell/states.tsx';
import { useTitle } from '../shell/title.ts';
import { strings } from '../strings.ts';
import classes from './flag.module.css';
import { FlagHeader } from './flag-header.tsx';
import { FlagStrip } from './flag-strip.tsx';
import { RampCard } from './ramp-card.tsx';

const route = getRouteApi('/signed-in/apps/$app/flags/$key');
const Editor = lazy(async () => ({ default: (await import('./editor.tsx')).Editor }));

const isTab = (text: string | null): text is FlagTab => FLAG_TABS.some((tab) => tab === text);

export const FlagPage = () => {
  const { app, key } = route.useParams();
  const { entry, tab = 'targeting', context } = route.useSearch();
  const navigate = route.useNavigate();
  const { account } = useSession();
  useTitle(key);
  const flag = useQuery(flagQuery(account, app, key));
  if (flag.isPending) return <Loading rows={3} height={120} />;
  if (flag.isError && flag.data === undefined) {
    return <Failure whole error={flag.error} retry={() => void flag.refetch()} />;
  }
  const open = (next: string | null) =>
    isTab(next) &&
    void navigate({
      search: ({ tab: _, ...before }) => (next === 'targeting' ? before : { ...before, tab: next }),
    });
  return (
    <Stack gap="lg">
      <FlagStrip app={app} flag={flag.data} />
      <FlagHeader app={app} flag={flag.data} />
      <RampCard app={app} flag={flag.data} />
      <Tabs id="flag" value={tab} onChange={open}>
        <Tabs.List mb="md" className={classes['tabs'] ?? ''}>
          {FLAG_TABS.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {strings.flag.tabs[each]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <div role="tabpanel" id={`flag-panel-${tab}`} aria-labelledby={`flag-tab-${tab}`}>
          {tab === 'history' && <FlagTimeline app={app} flag={flag.data} highlighted={entry} />}
          <Suspense fallback={<Loading rows={3} height={90} />}>
            <Editor key={`${app}/${key}`} app={app} flag={flag.data} tab={tab} context={context} />
          </Suspense>
        </div>
      </Tabs>
      {tab === 'targeting' && (
        <div className={classes['bounded']}>
          <FlagTimeline app={app} flag={flag.data} recent openHistory={() => open('history')} />
        </div>
      )}
    </Stack>
  );
};
