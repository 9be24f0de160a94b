import {
  type EvaluationContext,
  GeneralError,
  type Hook,
  type JsonValue,
  type Provider,
  ProviderFatalError,
  type ResolutionDetails,
} from '@openfeature/server-sdk';
import type { FlagsBinding } from '../binding/index.ts';
import type { InProcessOptions } from '../in-process/in-process.ts';
import { BoundResolver } from './bound.ts';
import { StatusEvents } from './events.ts';
import { LocalResolver } from './local.ts';
import { checkProviderOptions } from './provider-options.ts';
import { RemoteResolver } from './remote.ts';
import type { Resolver } from './resolver.ts';

export interface HalyardProviderOptions extends InProcessOptions {
  /**
   * `in-process` (the default) loads the configuration, follows its changes and evaluates here: a token with the permission
   * `config`. `remote` asks the edge for every evaluation: `evaluate` is enough.
   */
  readonly mode?: 'in-process' | 'remote' | undefined;
}

/** In a Worker that has the flags as a binding: no URL, no token, nothing to load. */
export interface HalyardBindingOptions {
  readonly binding: FlagsBinding;
}

/**
 * OpenFeature on a server. One instance may serve any number of clients and domains.
 *
 * `initialize` rejects with PROVIDER_FATAL where the token is no good, and with GENERAL where no configuration came in time and
 * there was no bootstrap; after either it goes on trying (about once a minute after the former), and READY follows when one came.
 */
export class HalyardProvider implements Provider {
  readonly metadata = { name: 'halyard' } as const;
  readonly runsOn = 'server';
  readonly #status = new StatusEvents();
  readonly events = this.#status.emitter;
  readonly #resolver: Resolver;

  readonly hooks: Hook[] = [];

  /** Throws a TypeError that lists what is wrong with the options. */
  constructor(options: HalyardProviderOptions | HalyardBindingOptions) {
    const checked = checkProviderOptions(options);
    if (checked.kind === 'binding') {
      this.#resolver = new BoundResolver(checked.binding, this.#status);
    } else if (checked.options.mode === 'remote') {
      const remote = new RemoteResolver(checked.options, this.#status);
      this.hooks.push({ before: () => remote.beforeEvaluation() });
      this.#resolver = remote;
    } else {
      this.#resolver = new LocalResolver(checked.options, this.#status);
    }
  }

  async initialize(): Promise<void> {
    const start = await this.#resolver.start();
    if (start.kind === 'ready') {
      if (this.#resolver.asks) this.#status.initializedUnasked();
      else this.#status.initialized('ready');
      return;
    }
    this.#status.initialized(start.fatal ? 'fatal' : 'error');
    throw start.fatal ? new ProviderFatalError(start.message) : new GeneralError(start.message);
  }

  async onClose(): Promise<void> {
    this.#status.close();
    await this.#resolver.close();
  }

  resolveBooleanEvaluation(
    flagKey: string,
    defaultValue: boolean,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<boolean>> {
    return this.#resolver.resolve(flagKey, 'boolean', defaultValue, context);
  }

  resolveStringEvaluation(
    flagKey: string,
    defaultValue: string,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<string>> {
    return this.#resolver.resolve(flagKey, 'string', defaultValue, context);
  }

  resolveNumberEvaluation(
    flagKey: string,
    defaultValue: number,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<number>> {
    return this.#resolver.resolve(flagKey, 'number', defaultValue, context);
  }

  resolveObjectEvaluation<T extends JsonValue>(
    flagKey: string,
    defaultValue: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    return this.#resolver.resolve(flagKey, 'object', defaultValue, context);
  }
}
