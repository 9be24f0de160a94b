import { expect, it } from 'vitest';
import { splitOf } from '../draft/finish.ts';
import { serveAs } from './serve-as.ts';

const variations = ['on', 'off', 'new'].map((name) => ({ id: name, name, text: name }));

it('turns a percentage into a split that moves nobody who had the variation', () => {
  const rollout = { kind: 'rollout', variation: 'on', percentage: 25, attribute: 'company' } as const;
  const split = serveAs(rollout, 'split', variations, 'off');
  expect(split).toMatchObject({ attribute: 'company', weights: { on: 25, off: 75, new: 0 } });
  if (split.kind !== 'split') throw new Error('expected a split');
  expect(splitOf(split).split.allocations[0]).toEqual({ variation: 'on', ranges: [[0, 25]] });
});

it('keeps the largest share when a split becomes a percentage', () => {
  const split = { kind: 'split', attribute: '', weights: { on: 20, off: 50, new: 30 }, base: null } as const;
  expect(serveAs(split, 'rollout', variations, 'off')).toEqual({
    kind: 'rollout',
    variation: 'off',
    percentage: 50,
    attribute: '',
  });
});

it('gives what the default has to another variation when the default itself is split', () => {
  const split = serveAs(
    { kind: 'rollout', variation: 'off', percentage: 40, attribute: '' },
    'split',
    variations,
    'off',
  );
  expect(split).toMatchObject({ weights: { off: 40, on: 60, new: 0 } });
});
