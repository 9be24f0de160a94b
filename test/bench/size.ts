import { CompiledApp } from '@halyard/engine';
import { flagOf } from './subjects/halyard.ts';
import { workloadNames } from './workloads.ts';

export interface Size {
  readonly flags: number;
  readonly loadMs: number;
  readonly heapMb: number;
  readonly updateUs: number;
}

const heapUsed = (): number => {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

/** Flags of an ordinary size: all but the list of a thousand members, which is one in a hundred. */
const textOf = (index: number): string => {
  const workload = index % 100 === 0 ? 'F5' : (workloadNames[index % 4] ?? 'F1');
  return JSON.stringify(flagOf(`flag-${index}`, workload));
};

/** Parsing and compiling an app's flags, the heap they hold, and the price of replacing one. */
export const sizeOf = (flags: number): Size => {
  const texts = Array.from({ length: flags }, (_, index) => textOf(index));
  const before = heapUsed();
  const app = new CompiledApp('bench');
  const started = performance.now();
  const load = (index: number, text: string): void => {
    app.set(`flag-${index}`, JSON.parse(text));
    // Nothing is compiled before it is asked for.
    app.get(`flag-${index}`);
  };
  for (const [index, text] of texts.entries()) load(index, text);
  const loadMs = performance.now() - started;
  const heapMb = (heapUsed() - before) / 2 ** 20;
  const updates = 2000;
  const updating = performance.now();
  for (let index = 0; index < updates; index += 1) {
    const key = (index * 7919) % flags;
    load(key, texts[key] ?? '{}');
  }
  return { flags: app.size, loadMs, heapMb, updateUs: ((performance.now() - updating) / updates) * 1000 };
};
