import { existsSync, readFileSync } from 'node:fs';
import { compile } from '@halyard/engine';
import { describe, expect, it } from 'vitest';
import type { Vectors } from './answers.ts';

const here = new URL('evaluation.json', import.meta.url);
const vectors: Vectors = JSON.parse(readFileSync(here, 'utf8'));

describe('the vectors of the semantics', () => {
  for (const { name, flag, cases } of vectors.groups) {
    it(name, () => {
      const compiled = compile(flag, vectors.account);
      const answers = cases.map(({ context }) => compiled.evaluate(context));
      expect(answers).toMatchObject(cases.map((one) => one.expect));
    });
  }

  const contract = new URL('../../../shared/vectors/evaluation.json', import.meta.url);

  it.runIf(existsSync(contract))('are those of the contract', () => {
    expect(readFileSync(here, 'utf8')).toBe(readFileSync(contract, 'utf8'));
  });
});
