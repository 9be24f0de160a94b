import { IN_PROCESS_EXPECTATIONS } from '../in-process/in-process-options.ts';
import { checkOptions } from '../in-process/options.ts';
import type { HalyardBindingOptions, HalyardProviderOptions } from './provider.ts';

const MODES: readonly unknown[] = ['in-process', 'remote'];

export type Checked =
  | ({ readonly kind: 'binding' } & HalyardBindingOptions)
  | { readonly kind: 'edge'; readonly options: HalyardProviderOptions };

/** Throws a TypeError that lists every mistake. */
export const checkProviderOptions = (options: HalyardProviderOptions | HalyardBindingOptions): Checked => {
  if (typeof options === 'object' && options !== null && 'binding' in options) {
    checkOptions('HalyardProvider', options, {
      binding: [
        'a service binding to the evaluator’s entrypoint Flags, such as env.FLAGS',
        // A stub of another Worker is an object that claims to have every method.
        (value) => typeof Object(value)['getBooleanDetails'] === 'function',
        true,
      ],
    });
    return { kind: 'binding', binding: options.binding };
  }
  checkOptions('HalyardProvider', options, {
    ...IN_PROCESS_EXPECTATIONS,
    mode: ['"in-process" or "remote"', (value) => MODES.includes(value)],
  });
  return { kind: 'edge', options };
};
