import type { Rule, RuleTrace } from '@halyard/engine';
import { ActionIcon, Alert, Button, Card, Group, Menu, Stack, Text, Tooltip } from '@mantine/core';
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
import type { DraftRule, DraftVariation } from '../draft/draft.ts';
import { isUnfinished } from '../draft/finish.ts';
import { BuilderSheet } from '../rules/builder-sheet.tsx';
import { ConditionBuilder } from '../rules/condition-builder.tsx';
import { ServeField } from '../rules/serve-field.tsx';
import { flagPage } from '../strings/flag-page.ts';
import { strings } from '../strings.ts';
import { RuleTraceView } from '../try/rule-trace.tsx';
import { conditionsWords } from '../words/condition.ts';
import { Sentence } from '../words/sentence.tsx';
import { servesWords } from '../words/summary.ts';
import { percent } from '../words/words.ts';
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
  readonly app: string;
  readonly rule: DraftRule;
  /** The rule as it would be saved. */
  readonly finished: Rule;
  readonly place: number;
  /** Where it may be moved to, from 0. */
  readonly places: { readonly first: number; readonly last: number };
  readonly open: boolean;
  readonly dragged: boolean;
  readonly writable: boolean;
  readonly problem: string | null;
  readonly variations: readonly DraftVariation[];
  readonly fallback: string;
  readonly attributes: readonly string[];
  readonly trace: RuleTrace | null;
  /** Set where rules above take part of its share: what is left of it, of everyone whom no condition decides; in percent. */
  readonly net: number | null;
  /** It stands at the end, with the others that are open to everyone. */
  readonly trailing: boolean;
  readonly actions: RuleActions;
}

const RuleMenu = ({ place, places, actions }: Pick<RuleCardProps, 'place' | 'places' | 'actions'>) => (
  <Menu position="bottom-end">
    <Menu.Target>
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={strings.rule.more(place)}>
        <IconDots size={18} />
      </ActionIcon>
    </Menu.Target>
    <Menu.Dropdown>
      <Menu.Item
        leftSection={<IconArrowUp size={16} />}
        disabled={place - 1 <= places.first}
        onClick={() => actions.move(-1)}
      >
        {strings.rule.up}
      </Menu.Item>
      <Menu.Item
        leftSection={<IconArrowDown size={16} />}
        disabled={place - 1 >= places.last}
        onClick={() => actions.move(1)}
      >
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

/** The builder, and what the rule serves. */
const RuleEditor = (props: RuleCardProps) => {
  const { rule, place, variations, fallback, attributes, actions } = props;
  const empty = rule.query.rules.length === 0;
  return (
    <Stack gap="md" pt="sm">
      {empty && (
        <Group gap="xs" justify="space-between">
          <Text size="sm" c="dimmed">
            {rule.everyone ? flagPage.rule.isForEveryone : flagPage.rule.nobodyYetHelp}
          </Text>
          {!rule.everyone && (
            <Button
              size="compact-md"
              variant="default"
              onClick={() => actions.change({ ...rule, everyone: true })}
            >
              {flagPage.rule.everyone}
            </Button>
          )}
        </Group>
      )}
      <ConditionBuilder
        label={strings.rule.conditions(place)}
        query={rule.query}
        attributes={attributes}
        onChange={(query) =>
          actions.change({ ...rule, query, everyone: rule.everyone && query.rules.length === 0 })
        }
      />
      <ServeField
        serve={rule.serve}
        variations={variations}
        fallback={fallback}
        attributes={attributes}
        onChange={(serve) => actions.change({ ...rule, serve })}
      />
    </Stack>
  );
};

/** A rule: closed it is a sentence, open it is the builder that makes one; on a phone the builder has the screen to itself. */
export const RuleCard = (props: RuleCardProps) => {
  const { app, rule, finished, place, open, writable, problem, trace, net, trailing, actions } = props;
  const editing = open && writable;
  return (
    <Card
      component="li"
      id={rule.kept.id === undefined ? undefined : `rule-${rule.kept.id}`}
      tabIndex={-1}
      withBorder
      p="sm"
      className={classes['rule']}
      data-outcome={trace?.outcome}
      aria-label={strings.targeting.rule(place)}
      data-dragged={props.dragged || undefined}
    >
      <Group wrap="nowrap" align="flex-start" gap="xs">
        {writable && (props.dragged || props.places.first < props.places.last) && (
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
            {trailing && ` · ${flagPage.rule.everyoneElse}`}
          </Text>
          <Text size="sm">
            {isUnfinished(rule) ? (
              flagPage.rule.nobodyYet
            ) : (
              <>
                {finished.conditions.length > 0 && `${strings.targeting.when} `}
                <Sentence cut words={conditionsWords(finished.conditions)} app={app} />
              </>
            )}
            {' → '}
            <Sentence cut words={servesWords(finished)} />
          </Text>
          {net !== null && (
            <Text size="xs" c="dimmed">
              {flagPage.rule.net(percent(net))}
            </Text>
          )}
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
            <RuleMenu place={place} places={props.places} actions={actions} />
          </Group>
        )}
      </Group>
      {problem !== null && (
        <Alert color="red" mt="sm" p="xs" role="alert">
          {problem}
        </Alert>
      )}
      <BuilderSheet
        title={strings.targeting.rule(place)}
        open={editing}
        close={actions.toggle}
        problem={
          problem !== null && (
            <Alert color="red" p="xs" role="alert">
              {problem}
            </Alert>
          )
        }
      >
        <RuleEditor {...props} />
      </BuilderSheet>
      {trace !== null && <RuleTraceView trace={trace} />}
    </Card>
  );
};
