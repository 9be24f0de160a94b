import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Miniflare } from 'miniflare';
import { build } from 'vite';
import { describe, expect, it } from 'vitest';
import { launchChromium } from '../chromium.ts';
import { type AllVectors, answersOf, expectedOf } from './answers.ts';

const vectorsIn = (file: string) => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));
const vectors: AllVectors = {
  evaluation: vectorsIn('evaluation.json'),
  references: vectorsIn('references.json'),
};

/** As they travel: what JSON makes of them. */
const here: unknown = JSON.parse(JSON.stringify(answersOf(vectors)));

/** One module of plain JavaScript, as an application's bundler would make it. */
const bundle = async (entry: string): Promise<string> => {
  const made = await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['halyard-source'] },
    build: {
      write: false,
      minify: false,
      target: 'es2024',
      lib: { entry: fileURLToPath(new URL(entry, import.meta.url)), formats: ['es'] },
    },
  });
  const [output] = Array.isArray(made) ? made : [];
  const [chunk] = output?.output ?? [];
  if (chunk?.type !== 'chunk') throw new Error(`${entry} made no chunk`);
  return chunk.code;
};

describe('the vectors', () => {
  it('get the same answers in Node as the contract says, explained alike', () => {
    const answers = answersOf(vectors);
    const expected = expectedOf(vectors);
    expect(answers.length).toBe(expected.length);
    expect(answers.map(({ evaluation }) => evaluation)).toMatchObject(expected);
    expect(answers.map(({ explained }) => explained)).toEqual(answers.map(({ evaluation }) => evaluation));
  });

  it('get the same answers in workerd', { timeout: 60_000 }, async () => {
    const worker = new Miniflare({
      modules: true,
      script: await bundle('in-worker.ts'),
      compatibilityDate: '2026-01-01',
    });
    try {
      const response = await worker.dispatchFetch('http://worker/', {
        method: 'POST',
        body: JSON.stringify(vectors),
      });
      expect(await response.json()).toEqual(here);
    } finally {
      await worker.dispose();
    }
  });

  it('get the same answers in Chromium', { timeout: 120_000 }, async () => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.addScriptTag({ type: 'module', content: await bundle('in-page.ts') });
      await page.waitForFunction('typeof globalThis.answersOf === "function"', undefined, {
        timeout: 10_000,
      });
      const answers = await page.evaluate(`JSON.stringify(globalThis.answersOf(${JSON.stringify(vectors)}))`);
      expect(JSON.parse(String(answers))).toEqual(here);
    } finally {
      await browser.close();
    }
  });
});
