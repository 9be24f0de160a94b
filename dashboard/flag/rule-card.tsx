import type { Rule, RuleTrace } from '@halyard/engine';
import { ActionIcon, Alert, Button, Card, Collapse, Group, Menu, Stack, Text, Tooltip } from '@mantine/core';
import {
  IconArrowDown,
  IconArrowUp,
  IconChevronDown,
  IconChevronUp,
  IconCopy,
  IconDots,
  IconGripVertical,
  IconTrash,
} from '@tabler/icons-react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { ConditionBuilder } from '../rules/condition-builder.tsx';
import { ServeField } from '../rules/serve-field.tsx';
import { strings } from '../strings.ts';
import { RuleTraceView } from '../try/rule-trace.tsx';
import { conditionsWords } from '../words/condition.ts';
import { Sentence } from '../words/sentence.tsx';
import { servesWords } from '../words/summary.ts';
import type { DraftRule, DraftVariation } from './draft.ts';
import classes from './flag.module.css';

export interface RuleActions {
  readonly change: (rule: DraftRule) => void;
  readonly move: (by: -1 | 1) => void;
  readonly copy: () => void;
  readonly remove: () => void;
  readonly toggle: () => void;
  readonly drag: (event: PointerEvent<HTMLElement>) => void;
}

interface RuleCardProps {
  readonly rule: DraftRule;
  /** The rule as it would be saved. */
  readonly finished: Rule;
  readonly place: number;
  readonly last: boolean;
  readonly open: boolean;
  readonly dragged: boolean;
  readonly writable: boolean;
  readonly problem: string | null;
  readonly variations: readonly DraftVariation[];
  readonly fallback: string;
  readonly attributes: readonly string[];
  readonly trace: RuleTrace | null;
  readonly actions: RuleActions;
}

const RuleMenu = ({ place, last, actions }: Pick<RuleCardProps, 'place' | 'last' | 'actions'>) => (
  <Menu position="bottom-end">
    <Menu.Target>
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={strings.rule.more(place)}>
        <IconDots size={18} />
      </ActionIcon>
    </Menu.Target>
    <Menu.Dropdown>
      <Menu.Item
        leftSection={<IconArrowUp size={16} />}
        disabled={place === 1}
        onClick={() => actions.move(-1)}
      >
        {strings.rule.up}
      </Menu.Item>
      <Menu.Item leftSection={<IconArrowDown size={16} />} disabled={last} onClick={() => actions.move(1)}>
        {strings.rule.down}
      </Menu.Item>
      <Menu.Item leftSection={<IconCopy size={16} />} onClick={actions.copy}>
        {strings.rule.copy}
      </Menu.Item>
      <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={actions.remove}>
        {strings.rule.remove}
      </Menu.Item>
    </Menu.Dropdown>
  </Menu>
);

const moveByKey =
  (move: (by: -1 | 1) => void) =>
  (event: KeyboardEvent): void => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    move(event.key === 'ArrowUp' ? -1 : 1);
  };

/** A rule: closed it is a sentence, open it is the builder that makes one. */
export const RuleCard = (props: RuleCardProps) => {
  const { rule, finished, place, open, writable, problem, variations, fallback, attributes, trace, actions } =
    props;
  return (
    <Card
      component="li"
      withBorder
      p="sm"
      className={classes['rule']}
      data-outcome={trace?.outcome}
      aria-label={strings.targeting.rule(place)}
      data-dragged={props.dragged || undefined}
    >
      <Group wrap="nowrap" align="flex-start" gap="xs">
        {writable && (
          <Tooltip label={strings.rule.dragHint} openDelay={500}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={strings.rule.drag(place)}
              onPointerDown={actions.drag}
              onKeyDown={moveByKey(actions.move)}
              className={classes['handle']}
              data-rule-handle={rule.id}
            >
              <IconGripVertical size={18} />
            </ActionIcon>
          </Tooltip>
        )}
        <div className={classes['sentence']}>
          <Text size="xs" c="dimmed" fw={600}>
            {strings.targeting.rule(place)}
          </Text>
          <Text size="sm">
            {finished.conditions.length > 0 && `${strings.targeting.when} `}
            <Sentence words={conditionsWords(finished.conditions)} />
            {' → '}
            <Sentence words={servesWords(finished)} />
          </Text>
        </div>
        {writable && (
          <Group gap={2} wrap="nowrap">
            <Button
              size="compact-md"
              variant="subtle"
              aria-expanded={open}
              aria-label={open ? strings.rule.doneWith(place) : strings.rule.edit(place)}
              rightSection={open ? <IconChevronUp size={16} /> : <IconChevronDown size={16} />}
              onClick={actions.toggle}
            >
              {open ? strings.rule.done : strings.rule.editShort}
            </Button>
            <RuleMenu place={place} last={props.last} actions={actions} />
          </Group>
        )}
      </Group>
      {problem !== null && (
        <Alert color="red" mt="sm" p="xs" role="alert">
          {problem}
        </Alert>
      )}
      <Collapse expanded={open && writable}>
        {open && writable && (
          <Stack gap="md" pt="sm">
            <ConditionBuilder
              label={strings.rule.conditions(place)}
              query={rule.query}
              attributes={attributes}
              onChange={(query) => actions.change({ ...rule, query })}
            />
            <ServeField
              serve={rule.serve}
              variations={variations}
              fallback={fallback}
              attributes={attributes}
              onChange={(serve) => actions.change({ ...rule, serve })}
            />
          </Stack>
        )}
      </Collapse>
      {trace !== null && <RuleTraceView trace={trace} />}
    </Card>
  );
};
