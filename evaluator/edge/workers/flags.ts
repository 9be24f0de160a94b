import { WorkerEntrypoint } from 'cloudflare:workers';
import { asType, type Context, type Evaluation, type JsonValue } from '@halyard/engine';
import { type Environment, evaluatorOf } from './bindings.ts';
import type { NoAnswer } from './evaluator.ts';

/** As Cloudflare Flagship's binding answers, with the flag's metadata where it has some. */
export interface FlagDetails<T> {
  readonly flagKey: string;
  readonly value: T;
  readonly variant?: string;
  readonly reason?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly flagMetadata?: Readonly<Record<string, string | number | boolean>>;
}

type Asked = 'boolean' | 'string' | 'number' | 'object';

/**
 * The binding: the methods of Cloudflare Flagship's, for any Worker of the same Cloudflare account. The service binding's props name
 * the app, `{ "app": "shop" }`; without them it is the variable HALYARD_APP.
 *
 * No method throws: on any error the value is the caller's default (of `get` without one: undefined), and the details say why.
 */
export class Flags extends WorkerEntrypoint<Environment, { readonly app?: unknown } | undefined> {
  async get(flagKey: string, defaultValue?: unknown, context?: Context): Promise<unknown> {
    return (await this.#details<unknown>(flagKey, null, defaultValue, context)).value;
  }

  async getBooleanValue(flagKey: string, defaultValue: boolean, context?: Context): Promise<boolean> {
    return (await this.#details(flagKey, 'boolean', defaultValue, context)).value;
  }

  async getStringValue(flagKey: string, defaultValue: string, context?: Context): Promise<string> {
    return (await this.#details(flagKey, 'string', defaultValue, context)).value;
  }

  async getNumberValue(flagKey: string, defaultValue: number, context?: Context): Promise<number> {
    return (await this.#details(flagKey, 'number', defaultValue, context)).value;
  }

  async getObjectValue<T extends object>(flagKey: string, defaultValue: T, context?: Context): Promise<T> {
    return (await this.#details(flagKey, 'object', defaultValue, context)).value;
  }

  getBooleanDetails(
    flagKey: string,
    defaultValue: boolean,
    context?: Context,
  ): Promise<FlagDetails<boolean>> {
    return this.#details(flagKey, 'boolean', defaultValue, context);
  }

  getStringDetails(flagKey: string, defaultValue: string, context?: Context): Promise<FlagDetails<string>> {
    return this.#details(flagKey, 'string', defaultValue, context);
  }

  getNumberDetails(flagKey: string, defaultValue: number, context?: Context): Promise<FlagDetails<number>> {
    return this.#details(flagKey, 'number', defaultValue, context);
  }

  getObjectDetails<T extends object>(
    flagKey: string,
    defaultValue: T,
    context?: Context,
  ): Promise<FlagDetails<T>> {
    return this.#details(flagKey, 'object', defaultValue, context);
  }

  async #details<T>(
    flagKey: string,
    asked: Asked | null,
    defaultValue: T,
    context: Context | null | undefined,
  ): Promise<FlagDetails<T>> {
    const found = await this.#evaluate(flagKey, context);
    const answer = asked === null || found.kind === 'failed' ? found : asType<Asked>(found, asked);
    if (answer.kind === 'failed') {
      const { code, message } = answer;
      return { flagKey, value: defaultValue, reason: 'ERROR', errorCode: code, errorMessage: message };
    }
    const { reason, metadata } = answer;
    return {
      flagKey,
      // Its type was checked above; `get` takes any.
      ...(answer.kind === 'unserved'
        ? { value: defaultValue }
        : { value: answer.value as JsonValue & T, variant: answer.variant }),
      reason,
      ...(Object.keys(metadata).length > 0 ? { flagMetadata: metadata } : {}),
    };
  }

  async #evaluate(flagKey: string, context: Context | null | undefined): Promise<Evaluation | NoAnswer> {
    const app = this.ctx.props?.app ?? this.env.HALYARD_APP;
    if (typeof app !== 'string') {
      const message = 'Which app? Give the service binding props {"app": "…"}, or the evaluator HALYARD_APP.';
      return { kind: 'failed', code: 'GENERAL', message };
    }
    if (context !== undefined && (typeof context !== 'object' || Array.isArray(context))) {
      const message = 'The context is no object of attributes.';
      return { kind: 'failed', code: 'INVALID_CONTEXT', message };
    }
    return evaluatorOf(this.env).evaluate(app, flagKey, context ?? {});
  }
}
