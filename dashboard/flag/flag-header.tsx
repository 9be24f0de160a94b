import { Badge, Card, Group, Stack, Text } from '@mantine/core';
import type { StoredFlag } from '../api.ts';
import { TagLink } from '../flags/tag-link.tsx';
import { useShownFlag } from '../flags/write-flag.ts';
import { Clamped } from '../shell/clamped.tsx';
import { LongText } from '../shell/long-text.tsx';
import { Moment } from '../shell/moment.tsx';
import { keepingStrings } from '../strings/keeping.ts';
import { prerequisiteStrings } from '../strings/prerequisites.ts';
import { strings } from '../strings.ts';
import { prerequisitesWords } from '../words/condition.ts';
import { Sentence } from '../words/sentence.tsx';
import { offWords, summaryWords } from '../words/summary.ts';
import { plain, textOf } from '../words/words.ts';

/** What a flag is for, and in full what it serves. */
export const FlagHeader = ({ app, flag: stored }: { readonly app: string; readonly flag: StoredFlag }) => {
  const flag = useShownFlag(app, stored);
  const needed = prerequisitesWords(flag.prerequisites ?? []);
  return (
    <Stack gap="sm">
      <div>
        {flag.description && (
          <Text c="dimmed" component="div">
            <LongText text={flag.description} max={240} />
          </Text>
        )}
        <Group gap={6} mt={6}>
          <Badge variant="default" radius="sm" tt="none">
            {strings.types[flag.type]}
          </Badge>
          {(['permanent', 'protected'] as const).map(
            (field) =>
              flag[field] === true && (
                <Badge
                  key={field}
                  variant="light"
                  radius="sm"
                  tt="none"
                  title={keepingStrings[`${field}Hint`]}
                >
                  {keepingStrings[field]}
                </Badge>
              ),
          )}
          {(flag.tags ?? []).map((tag) => (
            <TagLink key={tag} app={app} tag={tag} />
          ))}
          {flag.owner && (
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              <bdi>{keepingStrings.owned(flag.owner)}</bdi>
            </Text>
          )}
          <Text size="sm" c="dimmed">
            {strings.flag.version(flag.version)} · <Moment at={flag.updated_at} />{' '}
            <bdi>{strings.flag.changedBy(flag.updated_by)}</bdi>
          </Text>
        </Group>
      </div>
      <Card withBorder>
        <Text>
          <strong>{flag.enabled ? strings.flag.on : strings.flag.off}</strong>{' '}
          {flag.enabled ? (
            <>
              ·{' '}
              <Clamped length={textOf(summaryWords(flag)).length}>
                <Sentence cut words={summaryWords(flag)} />
              </Clamped>
            </>
          ) : null}
        </Text>
        {needed.length > 0 && (
          <Text size="sm">
            {prerequisiteStrings.needs}
            <Clamped length={textOf(needed).length}>
              <Sentence cut words={needed} app={app} />
            </Clamped>
          </Text>
        )}
        <Text size="sm" c="dimmed">
          <Sentence cut words={[plain(strings.flag.offServes), ...offWords(flag)]} />
        </Text>
      </Card>
    </Stack>
  );
};
