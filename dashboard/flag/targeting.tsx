import type { Explanation, Rule } from '@halyard/engine';
import { isCatchAll, openRules } from '@halyard/engine/shares';
import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useLocation } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { attributesOf } from '../draft/attributes.ts';
import { copyOf, type DraftRule, newRule, type Off, placeOfNewRule } from '../draft/draft.ts';
import { inOrder } from '../draft/rule-keys.ts';
import { placesOf, ruleMovedTo } from '../draft/rule-place.ts';
import { VariationSelect } from '../rules/serve-field.tsx';
import { sayDone } from '../shell/notify.tsx';
import { flagPage } from '../strings/flag-page.ts';
import { strings } from '../strings.ts';
import { Sentence } from '../words/sentence.tsx';
import { sharesOf } from '../words/summary.ts';
import { variation } from '../words/words.ts';
import classes from './flag.module.css';
import { OneSplit } from './one-split-offer.tsx';
import { Prerequisites } from './prerequisites.tsx';
import { RuleCard } from './rule-card.tsx';
import type { Editing } from './use-draft.ts';
import { useRuleDrag } from './use-rule-drag.ts';

interface TargetingProps {
  readonly app: string;
  readonly editing: Editing;
  readonly writable: boolean;
  readonly explanation: Explanation | null;
}

/** More rules than these scroll in a frame of their own, so that the page stays in sight. */
const MANY = 8;

/** No variation's id is either: a name holds no space. */
const AS_OTHERS = 'as others';
const CALLERS_DEFAULT = 'callers default';
const OFF_CHOICES = [
  { value: AS_OTHERS, label: strings.targeting.offAsOthers },
  { value: CALLERS_DEFAULT, label: flagPage.off.callersDefault },
];

const choiceOf = (off: Off): string =>
  off.kind === 'variation' ? off.variation : off.kind === 'caller' ? CALLERS_DEFAULT : AS_OTHERS;

const offOf = (chosen: string): Off => {
  if (chosen === AS_OTHERS) return { kind: 'default' };
  return chosen === CALLERS_DEFAULT ? { kind: 'caller' } : { kind: 'variation', variation: chosen };
};

/** Where a link led to one of the rules: brought into view with the focus. */
const useLedTo = () => {
  const hash = useLocation({ select: (location) => location.hash });
  useEffect(() => {
    const rule = hash === '' ? null : document.getElementById(hash);
    rule?.scrollIntoView({ block: 'center' });
    rule?.focus({ preventScroll: true });
  }, [hash]);
};

/** The rules in the order they are tried, and what is left for those whom none takes. */
export const Targeting = ({ app, editing, writable, explanation }: TargetingProps) => {
  const { draft, finished, edit } = editing;
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const list = useRef<HTMLOListElement>(null);
  const attributes = attributesOf(finished.flag);
  useLedTo();
  const setRules = (rules: (before: readonly DraftRule[]) => readonly DraftRule[]) =>
    edit((before) => ({ ...before, rules: rules(before.rules) }));
  const drag = useRuleDrag(list, (id, to) => setRules((rules) => ruleMovedTo(rules, id, to)));
  const toggle = (id: string) =>
    setOpen((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const add = () => {
    const first = draft.variations.find((each) => each.id !== draft.defaultVariation) ?? draft.variations[0];
    const rule = newRule(first?.id ?? '');
    setRules((rules) => rules.toSpliced(placeOfNewRule(rules), 0, rule));
    toggle(rule.id);
  };
  const remove = (rule: DraftRule, place: number) => {
    setRules((rules) => rules.filter((each) => each.id !== rule.id));
    // Only this rule comes back, to its place: what is edited meanwhile stays.
    sayDone(flagPage.rule.removed(place), () =>
      setRules((rules) =>
        rules.some((each) => each.id === rule.id) ? rules : rules.toSpliced(place - 1, 0, rule),
      ),
    );
  };
  const order = inOrder(finished.flag.rules);
  const opened = openRules(order);
  const trailing = order.findLastIndex(({ conditions }) => conditions.length > 0) + 1;
  /** What is left of an open rule's share, where it is not all of it. */
  const netOf = (rule: Rule): number | null => {
    const left = opened.get(rule)?.shares.reduce((sum, { share }) => sum + share, 0);
    const own = sharesOf(rule).reduce((sum, { share }) => sum + share, 0);
    if (left === undefined || Math.abs(left - own) < 1e-6) return null;
    return isCatchAll(rule) && rule.split === undefined ? null : left;
  };
  const refocus = (id: string) =>
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>(`[data-rule-handle="${CSS.escape(id)}"]`)?.focus(),
    );

  return (
    <Stack gap="sm">
      <Prerequisites app={app} editing={editing} writable={writable} />
      <div>
        <Title order={2} size="h4">
          {strings.targeting.title}
        </Title>
        <Text size="sm" c="dimmed">
          {draft.rules.length === 0 ? strings.targeting.none : strings.targeting.lead}
        </Text>
      </div>
      <ol ref={list} className={classes['rules']} data-many={draft.rules.length > MANY}>
        {draft.rules.map((rule, index) => {
          const whole = finished.flag.rules[index];
          if (whole === undefined) return null;
          return (
            <RuleCard
              key={rule.id}
              app={app}
              rule={rule}
              finished={whole}
              place={index + 1}
              places={placesOf(draft.rules, rule.id)}
              open={open.has(rule.id)}
              dragged={drag.dragged === rule.id}
              writable={writable}
              problem={finished.problems.find(({ id }) => id === rule.id)?.message ?? null}
              variations={draft.variations}
              fallback={draft.defaultVariation}
              attributes={attributes}
              trace={explanation?.rules.find(({ priority }) => priority === whole.priority) ?? null}
              net={netOf(whole)}
              trailing={index >= trailing && whole.conditions.length === 0}
              actions={{
                change: (changed) =>
                  setRules((rules) => rules.map((each) => (each.id === rule.id ? changed : each))),
                move: (by) => {
                  setRules((rules) => ruleMovedTo(rules, rule.id, index + by));
                  refocus(rule.id);
                },
                copy: () => setRules((rules) => rules.toSpliced(index + 1, 0, copyOf(rule))),
                remove: () => remove(rule, index + 1),
                toggle: () => toggle(rule.id),
                drag: (event) => drag.begin(rule.id, event),
              }}
            />
          );
        })}
      </ol>
      {writable && <OneSplit editing={editing} />}
      {writable && (
        <Group>
          <Button variant="default" leftSection={<IconPlus size={16} />} onClick={add}>
            {strings.rule.add}
          </Button>
        </Group>
      )}
      <Otherwise editing={editing} writable={writable} />
    </Stack>
  );
};

/** What those are served whom no rule takes, and everybody while the flag is off. */
const Otherwise = ({
  editing: { draft, finished, edit },
  writable,
}: Pick<TargetingProps, 'editing' | 'writable'>) => (
  <Group gap="lg" align="flex-end" className={classes['otherwise']}>
    {writable ? (
      <>
        <VariationSelect
          label={strings.targeting.otherwiseServe}
          value={draft.defaultVariation}
          variations={draft.variations}
          onChange={(id) => edit((before) => ({ ...before, defaultVariation: id }))}
        />
        <VariationSelect
          label={strings.targeting.offServe}
          value={choiceOf(draft.off)}
          variations={draft.variations}
          more={OFF_CHOICES}
          onChange={(chosen) => edit((before) => ({ ...before, off: offOf(chosen) }))}
        />
      </>
    ) : (
      <Text size="sm">
        {strings.targeting.otherwise} <Sentence cut words={[variation(finished.flag.default_variation)]} />
      </Text>
    )}
  </Group>
);
