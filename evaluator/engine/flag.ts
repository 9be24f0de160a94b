import type { Pins } from './decide.ts';
import type { CompiledFlag } from './graph/flag-node.ts';
import { Graph, type Surroundings } from './graph/graph.ts';
import type { Context, Evaluation } from './model.ts';

/**
 * Makes a flag of unknown shape ready. Never throws: a configuration that cannot be understood makes a flag that answers
 * PARSE_ERROR with the place in it.
 *
 * @param surroundings the app's other flags and its segments; or the account alone, which is the salt of a flag without its own
 *   `bucketing`, where the flag refers to nothing.
 * @param pins points to take instead of buckets, for tests of the flag.
 */
export const compile = (flag: unknown, surroundings: Surroundings | string, pins?: Pins): CompiledFlag => {
  const graph = graphAround(surroundings);
  // Under its own key, so that a circle through it is one.
  const node = graph.flag(keyOf(flag));
  node.define(() => flag, pins);
  return node.flag;
};

/** Compiles and evaluates once. Whoever evaluates again keeps what `compile` answers. */
export const evaluate = (flag: unknown, context: Context, surroundings: Surroundings | string): Evaluation =>
  compile(flag, surroundings).evaluate(context);

export const graphAround = (surroundings: Surroundings | string): Graph =>
  typeof surroundings === 'string'
    ? new Graph({ account: surroundings })
    : new Graph(surroundings, surroundings);

export const keyOf = (flag: unknown): string => {
  try {
    const key: unknown =
      typeof flag === 'object' && flag !== null && Object.hasOwn(flag, 'key')
        ? Reflect.get(flag, 'key')
        : undefined;
    return typeof key === 'string' ? key : '';
  } catch {
    return '';
  }
};
