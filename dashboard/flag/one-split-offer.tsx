import { sharesOf } from '@halyard/engine/shares';
import { Alert, Button, Group, Text } from '@mantine/core';
import { type DraftRule, draftRuleOf } from '../draft/draft.ts';
import { splitOffer } from '../draft/one-split.ts';
import { sayDone } from '../shell/notify.tsx';
import { flagPage } from '../strings/flag-page.ts';
import { Sentence } from '../words/sentence.tsx';
import { sharesWords } from '../words/summary.ts';
import type { Editing } from './use-draft.ts';

/** Offers to say in one split what several rules that are open to everyone come to. */
export const OneSplit = ({ editing }: { readonly editing: Editing }) => {
  const { draft, finished, edit } = editing;
  const offer = finished.problems.length === 0 ? splitOffer(finished.flag) : null;
  if (offer === null) return null;
  const { first, count, split } = offer;
  const ids = new Map(draft.variations.map(({ name, id }) => [name, id]));
  const turn = () => {
    const replaced = draft.rules.slice(first, first + count);
    const allocations = split.allocations.map((each) => ({
      ...each,
      variation: ids.get(each.variation) ?? each.variation,
    }));
    const rule: DraftRule = {
      ...draftRuleOf({ priority: 0, conditions: [], split: { ...split, allocations } }),
      was: replaced[0]?.was ?? null,
      // Under another's id it would get that one's buckets.
      kept: replaced[0]?.kept ?? {},
    };
    edit((now) => ({ ...now, rules: now.rules.toSpliced(first, count, rule) }));
    sayDone(flagPage.oneSplit.done, () =>
      edit((now) => ({
        ...now,
        rules: now.rules.flatMap((each) => (each.id === rule.id ? replaced : [each])),
      })),
    );
  };
  const shares = [...sharesOf(split)].map(([variation, share]) => ({ variation, share }));
  return (
    <Alert color="sea" variant="light" p="sm">
      <Group justify="space-between" gap="xs">
        <Text size="sm">
          {flagPage.oneSplit.offer(first + 1, first + count)} <Sentence cut words={sharesWords(shares)} />.{' '}
          {flagPage.oneSplit.help}
        </Text>
        <Button size="compact-md" variant="default" onClick={turn}>
          {flagPage.oneSplit.button}
        </Button>
      </Group>
    </Alert>
  );
};
