import { describe, expect, test } from 'vitest';
import { FLAGS, PEERS, PEOPLE } from './peers.ts';
import { prove } from './proof.ts';
import { Random } from './random.ts';

describe.each(Object.entries(PEERS))('flags that come from %s', (_, make) => {
  test.each([1, 2, 3])(
    'answer everybody what its own SDK does wherever they are exact (seed %i)',
    async (seed) => {
      const peer = await make(new Random(seed), FLAGS, PEOPLE);
      try {
        const { disagreements, exact, flags, compared } = await prove(peer);
        expect(disagreements).toEqual([]);
        expect(flags).toBe(FLAGS);
        expect(exact / flags).toBeGreaterThanOrEqual(0.8);
        expect(compared).toBe(exact * PEOPLE);
      } finally {
        await peer.close();
      }
    },
  );

  test('are compared in answers that are not all the same', async () => {
    const peer = await make(new Random(1), FLAGS, PEOPLE);
    try {
      const [first, ...others] = peer.people;
      const { flags } = peer.document as { readonly flags?: object };
      const { features } = peer.document as { readonly features?: object };
      const keys = Array.isArray(features)
        ? features.map(({ name }: { readonly name: string }) => name)
        : Object.keys(flags ?? features ?? {});
      const differing: string[] = [];
      for (const key of keys) {
        const usual = first === undefined ? '' : await peer.ask(key, first);
        for (const person of others) {
          if ((await peer.ask(key, person)) === usual) continue;
          differing.push(key);
          break;
        }
      }
      expect(differing.length).toBeGreaterThan(FLAGS / 3);
    } finally {
      await peer.close();
    }
  });
});
