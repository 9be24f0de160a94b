import type { Flag } from '@halyard/engine';
import { Card, Stack, Text, Title } from '@mantine/core';
import { strings } from '../strings.ts';
import { conditionsWords } from '../words/condition.ts';
import { Sentence } from '../words/sentence.tsx';
import { isCatchAll, servesWords } from '../words/summary.ts';
import { variation } from '../words/words.ts';
import classes from './flag.module.css';

/** The rules as sentences, in the order they are tried. */
export const RuleList = ({ flag }: { readonly flag: Flag }) => {
  const rules = [...flag.rules].sort((a, b) => a.priority - b.priority);
  return (
    <Card withBorder component="section" aria-label={strings.targeting.title}>
      <Stack gap="sm">
        <div>
          <Title order={2} size="h4">
            {strings.targeting.title}
          </Title>
          <Text size="sm" c="dimmed">
            {rules.length === 0 ? strings.targeting.none : strings.targeting.lead}
          </Text>
        </div>
        <ol className={classes['rules']}>
          {rules.map((rule) => (
            <li key={rule.priority} className={classes['rule']}>
              <Text size="xs" c="dimmed" fw={600}>
                {strings.targeting.rule(rule.priority)}
              </Text>
              <Text size="sm">
                {rule.conditions.length === 0 ? null : `${strings.targeting.when} `}
                <Sentence words={conditionsWords(rule.conditions)} /> {strings.targeting.serve}{' '}
                <Sentence words={servesWords(rule)} />
              </Text>
            </li>
          ))}
          {!rules.some(isCatchAll) && (
            <li className={classes['rule']}>
              <Text size="sm">
                {strings.targeting.otherwise} {strings.targeting.serve}{' '}
                <Sentence words={[variation(flag.default_variation)]} />
              </Text>
            </li>
          )}
        </ol>
      </Stack>
    </Card>
  );
};
