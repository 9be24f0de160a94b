import type { ConditionTrace, RuleTrace, SegmentTrace, ShareTrace } from '@halyard/engine';
import { Group, Text } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { LongText } from '../shell/long-text.tsx';
import { strings } from '../strings.ts';
import { percent } from '../words/words.ts';
import classes from './try.module.css';
import { seenAndWanted } from './wanted.ts';

const Held = ({ held }: { readonly held: boolean }) =>
  held ? (
    <IconCheck size={14} className={classes['held']} role="img" aria-label={strings.tryUser.held} />
  ) : (
    <IconX size={14} className={classes['failed']} role="img" aria-label={strings.tryUser.notHeld} />
  );

const Condition = ({ condition }: { readonly condition: ConditionTrace }) => (
  <li>
    <Group gap={6} wrap="nowrap" align="flex-start">
      <span className={classes['mark']}>
        <Held held={condition.held} />
      </span>
      <Text size="xs" component="span" style={{ overflowWrap: 'anywhere' }}>
        <LongText
          text={
            'seen' in condition && condition.operator !== 'in_share'
              ? seenAndWanted(condition)
              : condition.why
          }
        />
      </Text>
    </Group>
    {'clauses' in condition && <Conditions conditions={condition.clauses} />}
    {'segments' in condition && <Segments segments={condition.segments} />}
  </li>
);

const Conditions = ({ conditions }: { readonly conditions: readonly ConditionTrace[] }) => (
  <ul className={classes['conditions']}>
    {conditions.map((condition, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a condition has no other identity than its place.
      <Condition key={index} condition={condition} />
    ))}
  </ul>
);

const Segments = ({ segments }: { readonly segments: readonly SegmentTrace[] }) => (
  <ul className={classes['conditions']}>
    {segments.map((segment) => (
      <li key={segment.key}>
        <Group gap={6} wrap="nowrap" align="flex-start">
          <span className={classes['mark']}>
            <Held held={segment.member} />
          </span>
          <Text size="xs" component="span" style={{ overflowWrap: 'anywhere' }}>
            <bdi>{segment.key}</bdi>: <LongText text={segment.why} />
          </Text>
        </Group>
        {segment.conditions.length > 0 && <Conditions conditions={segment.conditions} />}
      </li>
    ))}
  </ul>
);

/** Where the context falls in 0 to 100, against the shares that are served. */
const Bucket = ({ share }: { readonly share: ShareTrace }) => (
  <div className={classes['bucket']}>
    {share.ranges.map((range) => (
      <span
        key={range.from}
        className={classes['range']}
        data-met={range === share.met}
        style={{ left: `${range.from}%`, width: `${range.to - range.from}%` }}
        title={`${range.variation} ${percent(range.from)} – ${percent(range.to)}`}
      />
    ))}
    {share.bucket !== null && (
      <span
        className={classes['point']}
        style={{ left: `${share.bucket}%` }}
        role="img"
        aria-label={strings.tryUser.bucket(percent(share.bucket))}
      />
    )}
  </div>
);

/** What one rule made of the context, drawn on the rule. */
export const RuleTraceView = ({ trace }: { readonly trace: RuleTrace }) => (
  <div className={classes['trace']} data-outcome={trace.outcome}>
    <Text size="xs" fw={600}>
      {strings.tryUser.outcomes[trace.outcome]}
      <Text span size="xs" fw={400} c="dimmed">
        {' '}
        {trace.why}
      </Text>
    </Text>
    {trace.conditions.length > 0 && <Conditions conditions={trace.conditions} />}
    {trace.share !== null && (
      <>
        <Bucket share={trace.share} />
        {!trace.why.includes(trace.share.why) && (
          <Text size="xs" c="dimmed">
            {trace.share.why}
          </Text>
        )}
      </>
    )}
  </div>
);
