import { Group, Title } from '@mantine/core';
import type { StoredFlag } from '../api.ts';
import { Live } from '../edges/live.tsx';
import { FlagSwitch } from '../flags/flag-switch.tsx';
import { useShownFlag } from '../flags/write-flag.ts';
import { CopyIcon } from '../shell/copy-icon.tsx';
import { stripStrings } from '../strings/strip.ts';
import { strings } from '../strings.ts';
import { Sentence } from '../words/sentence.tsx';
import { statusWords } from '../words/summary.ts';
import classes from './flag-strip.module.css';
import { ROLLOUT } from './ramp-card.tsx';
import { StripAction } from './strip-action.tsx';

const toRollout = (): void => {
  const card = document.getElementById(ROLLOUT);
  card?.scrollIntoView({ block: 'start' });
  card?.querySelector('input')?.focus();
};

/** What one needs of a flag in an incident, in sight wherever on its page one is: what it is, whether that is live, and the switch. */
export const FlagStrip = ({ app, flag: stored }: { readonly app: string; readonly flag: StoredFlag }) => {
  const flag = useShownFlag(app, stored);
  return (
    <section className={classes['strip']} aria-label={stripStrings.label} data-strip>
      <div className={classes['what']}>
        <Group gap={4} wrap="nowrap">
          <Title order={1} size="h4" className={classes['key']} title={flag.key}>
            <bdi>{flag.key}</bdi>
          </Title>
          <CopyIcon value={flag.key} label={strings.flag.copyKey} />
        </Group>
        <div className={classes['state']}>
          <Live app={app} flag={stored} />
          <span className={classes['status']}>
            <Sentence words={statusWords(flag)} />
          </span>
        </div>
      </div>
      <FlagSwitch app={app} flag={stored} size="md" />
      <StripAction app={app} flag={flag} start={toRollout} />
    </section>
  );
};
