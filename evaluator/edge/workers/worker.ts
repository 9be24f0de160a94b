import { type Environment, evaluatorOf } from './bindings.ts';

export { Flags } from './flags.ts';

/** The evaluator as a Worker: OFREP, the Flagship call, the configuration and its streams. */
export default {
  fetch: (request: Request, env: Environment): Promise<Response> => evaluatorOf(env).fetch(request),
};
