import type { EvaluationContext, JsonValue, ResolutionDetails } from '@openfeature/server-sdk';
import { type Health, InProcess, type InProcessOptions, type Start } from '../in-process/in-process.ts';
import type { AskedType, LocalFlags } from '../in-process/local-flags.ts';
import type { StatusEvents, Told } from './events.ts';
import { resolution } from './resolution.ts';
import type { Resolver } from './resolver.ts';

/** Evaluates in this process. */
export class LocalResolver implements Resolver {
  readonly asks = false;
  readonly #following: InProcess;
  readonly #flags: LocalFlags;

  constructor(options: InProcessOptions, events: StatusEvents) {
    this.#following = new InProcess('HalyardProvider', options, {
      changed: (keys) => events.changed(keys),
      health: (health, message) => {
        const told = toldOf(health, this.#flags.loaded);
        if (told !== null) events.is(told, message);
      },
    });
    this.#flags = this.#following.flags;
  }

  start(): Promise<Start> {
    return this.#following.start();
  }

  resolve<T extends JsonValue>(
    key: string,
    type: AskedType,
    fallback: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    return Promise.resolve(resolution(this.#flags.evaluate(key, type, context), fallback));
  }

  close(): Promise<void> {
    return this.#following.close();
  }
}

// A refused token must be mended by someone; as long as the last good configuration answers, it is not fatal.
const toldOf = (health: Health, loaded: boolean): Told | null => {
  switch (health) {
    case 'starting':
      return null;
    case 'live':
      return 'ready';
    case 'stale':
      return loaded ? 'stale' : 'error';
    case 'refused':
      return loaded ? 'error' : 'fatal';
  }
};
