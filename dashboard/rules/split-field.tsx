import { Button, Group, NumberInput, Slider, Stack, Text } from '@mantine/core';
import type { DraftVariation, Serve } from '../flag/draft.ts';
import { splitOf } from '../flag/finish.ts';
import { evenly, totalOf, withTotal, withWeight } from '../flag/weights.ts';
import { strings } from '../strings.ts';
import { percent } from '../words/words.ts';
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
  const total = totalOf(weights);
  const { moved } = splitOf({ ...serve, weights });
  const set = (next: typeof weights) => onChange({ ...serve, weights: next });
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
      {variations.map(({ id, name }, index) => (
        <Group key={id} wrap="nowrap" gap="md" className={classes['row']}>
          <Group gap={8} wrap="nowrap" w={140} miw={90}>
            <span className={classes['dot']} data-shade={index % 6} aria-hidden="true" />
            <Text size="sm" fw={500} truncate>
              {name}
            </Text>
          </Group>
          <Slider
            flex={1}
            miw={60}
            thumbLabel={strings.serve.shareOf(name)}
            value={weights[id] ?? 0}
            max={total}
            label={(share) => percent(share)}
            onChange={(share) => set(withWeight(weights, id, share))}
          />
          <NumberInput
            aria-label={strings.serve.shareOf(name)}
            value={weights[id] ?? 0}
            onChange={(share) => typeof share === 'number' && set(withWeight(weights, id, share))}
            min={0}
            max={total}
            decimalScale={6}
            suffix="%"
            clampBehavior="strict"
            w={100}
          />
        </Group>
      ))}
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
