import { Button, Group, Slider, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { DraftVariation, Serve } from '../draft/draft.ts';
import { splitOf } from '../draft/finish.ts';
import { evenly, totalOf, type Weights, withTotal, withWeight } from '../draft/weights.ts';
import { strings } from '../strings.ts';
import { percent } from '../words/words.ts';
import { PercentField } from './percent-field.tsx';
import classes from './split.module.css';

type SplitServe = Serve & { readonly kind: 'split' };

interface SplitFieldProps {
  readonly serve: SplitServe;
  readonly variations: readonly DraftVariation[];
  readonly onChange: (serve: SplitServe) => void;
}

/** One slider a variation. Whatever is moved, together they stay the same whole; below it says how many people that moves. */
export const SplitField = ({ serve, variations, onChange }: SplitFieldProps) => {
  const weights = Object.fromEntries(variations.map(({ id }) => [id, serve.weights[id] ?? 0]));
  // What was there when one began to type: the numbers on the way to the one that is meant would wear the proportions of the others away.
  const [began, setBegan] = useState<Weights | null>(null);
  const total = totalOf(began ?? weights);
  const { moved } = splitOf({ ...serve, weights });
  const set = (next: Weights) => onChange({ ...serve, weights: next });
  return (
    <Stack gap="sm">
      <div className={classes['bar']} aria-hidden="true">
        {variations.map(({ id }, index) => (
          <span
            key={id}
            className={classes['part']}
            data-shade={index % 6}
            style={{ width: `${weights[id] ?? 0}%` }}
          />
        ))}
      </div>
      <div className={classes['rows']}>
        {variations.map(({ id, name }, index) => (
          <Group key={id} wrap="nowrap" gap="md" className={classes['row']}>
            <Group gap={8} wrap="nowrap" w={140} miw={90}>
              <span className={classes['dot']} data-shade={index % 6} aria-hidden="true" />
              <Text size="sm" fw={500} truncate>
                <bdi>{name}</bdi>
              </Text>
            </Group>
            <Slider
              flex={1}
              miw={60}
              thumbLabel={strings.serve.shareOf(name)}
              value={weights[id] || 0}
              max={total}
              label={(share) => percent(share)}
              onChange={(share) => set(withWeight(weights, id, share))}
            />
            <PercentField
              aria-label={strings.serve.shareOf(name)}
              value={weights[id] ?? 0}
              max={total}
              onFocus={() => setBegan(weights)}
              onBlur={() => setBegan(null)}
              onChange={(share) => {
                const before = began ?? weights;
                set(Number.isNaN(share) ? { ...before, [id]: share } : withWeight(before, id, share));
              }}
              w={100}
            />
          </Group>
        ))}
      </div>
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          <Button
            size="compact-sm"
            variant="default"
            onClick={() =>
              set(
                evenly(
                  variations.map(({ id }) => id),
                  total || 100,
                ),
              )
            }
          >
            {strings.serve.evenly}
          </Button>
          {total !== 100 && (
            <Button size="compact-sm" variant="default" onClick={() => set(withTotal(weights, 100))}>
              {strings.serve.toWhole}
            </Button>
          )}
        </Group>
        <Text size="sm" role="status">
          {strings.serve.total(percent(total))}{' '}
          <strong>{moved === 0 ? strings.serve.movesNobody : strings.serve.moves(percent(moved))}</strong>
        </Text>
      </Group>
    </Stack>
  );
};
