import { Badge, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { StoredFlag } from '../api.ts';
import { Moment } from '../shell/moment.tsx';
import { keepingStrings } from '../strings/keeping.ts';
import { strings } from '../strings.ts';
import { Sentence } from '../words/sentence.tsx';
import { offWords, summaryWords } from '../words/summary.ts';
import { percent, plain } from '../words/words.ts';
import { FlagSwitch } from './flag-switch.tsx';
import classes from './flags.module.css';
import { TagLink } from './tag-link.tsx';

const TAGS_SHOWN = 4;

/** Of a flag that is on for some: for all and for nobody its sentence says already. */
const reach = ({ exposure }: StoredFlag) =>
  exposure !== undefined && exposure.share > 0 && exposure.share < 100
    ? [plain(strings.flags.reaches(percent(exposure.share)))]
    : [];

/** What the flag serves now, and what its switch would bring. */
const Serves = ({ flag }: { readonly flag: StoredFlag }) => {
  const off = [plain(strings.flags.whenOff), ...offWords(flag)];
  return flag.enabled ? (
    <>
      <Text size="sm" lineClamp={2}>
        <Sentence words={summaryWords(flag)} />
      </Text>
      <Text size="xs" c="dimmed">
        <Sentence words={[...off, ...reach(flag)]} />
      </Text>
    </>
  ) : (
    <>
      <Text size="sm">
        <Sentence words={[plain(strings.flags.isOff), ...offWords(flag)]} />
      </Text>
      <Text size="xs" c="dimmed" lineClamp={1}>
        <Sentence words={[plain(strings.flags.whenOn), ...summaryWords(flag)]} />
      </Text>
    </>
  );
};

interface FlagRowProps {
  readonly app: string;
  readonly flag: StoredFlag;
}

/** Drawn again only when its flag changed: a list redraws with every letter of a search. */
export const FlagRow = memo(({ app, flag }: FlagRowProps) => (
  <div className={classes['row']} data-enabled={flag.enabled}>
    <div className={classes['switch']}>
      <FlagSwitch app={app} flag={flag} />
    </div>
    <div className={classes['name']}>
      <Group gap={6}>
        <Link to="/apps/$app/flags/$key" params={{ app, key: flag.key }} className={classes['key']}>
          <bdi>{flag.key}</bdi>
        </Link>
        {flag.type !== 'boolean' && (
          <Badge variant="default" size="sm" radius="sm" tt="none">
            {strings.types[flag.type]}
          </Badge>
        )}
        {flag.owner && (
          <Text size="xs" c="dimmed" truncate maw={160} title={keepingStrings.owned(flag.owner)}>
            <bdi>{flag.owner}</bdi>
          </Text>
        )}
        {(flag.tags ?? []).slice(0, TAGS_SHOWN).map((tag) => (
          <TagLink key={tag} app={app} tag={tag} />
        ))}
      </Group>
      {flag.description && (
        <Text size="sm" c="dimmed" lineClamp={1}>
          {flag.description}
        </Text>
      )}
    </div>
    <div className={classes['serves']}>
      <Serves flag={flag} />
    </div>
    <Text component="div" size="xs" c="dimmed" className={classes['changed']}>
      <Moment at={flag.updated_at} />
      <div>
        <bdi>{strings.flags.by(flag.updated_by)}</bdi>
      </div>
    </Text>
  </div>
));
