import {
  ErrorCode,
  type EvaluationContext,
  type JsonValue,
  type ResolutionDetails,
} from '@openfeature/server-sdk';
import type { FlagsBinding, FlagsContext, FlagsDetails } from '../binding/index.ts';
import type { Start } from '../in-process/in-process.ts';
import type { AskedType } from '../in-process/local-flags.ts';
import type { StatusEvents } from './events.ts';
import type { Resolver } from './resolver.ts';

const CODES: ReadonlyMap<unknown, ErrorCode> = new Map(
  [
    ErrorCode.FLAG_NOT_FOUND,
    ErrorCode.TYPE_MISMATCH,
    ErrorCode.PARSE_ERROR,
    ErrorCode.INVALID_CONTEXT,
    ErrorCode.GENERAL,
  ].map((code) => [code, code]),
);

/** Asks the binding of a Worker for each evaluation. */
export class BoundResolver implements Resolver {
  readonly asks = true;
  readonly #binding: FlagsBinding;
  readonly #events: StatusEvents;

  constructor(binding: FlagsBinding, events: StatusEvents) {
    this.#binding = binding;
    this.#events = events;
  }

  async start(): Promise<Start> {
    return { kind: 'ready' };
  }

  async close(): Promise<void> {}

  async resolve<T extends JsonValue>(
    key: string,
    type: AskedType,
    fallback: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    let details: FlagsDetails<unknown>;
    try {
      details = await this.#ask(key, type, context);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (error instanceof Error && error.name === 'DataCloneError') {
        const errorMessage = `the context cannot be sent to the binding: ${message}`;
        return { value: fallback, reason: 'ERROR', errorCode: ErrorCode.INVALID_CONTEXT, errorMessage };
      }
      const errorMessage = `the binding could not be asked: ${message}`;
      this.#events.is('error', errorMessage);
      return { value: fallback, reason: 'ERROR', errorCode: ErrorCode.GENERAL, errorMessage };
    }
    this.#events.is('ready', 'the binding answers');
    const { value, variant, reason, errorCode, errorMessage, flagMetadata } = details;
    if (errorCode !== undefined) {
      return {
        value: fallback,
        reason: 'ERROR',
        errorCode: CODES.get(errorCode) ?? ErrorCode.GENERAL,
        ...(errorMessage === undefined ? {} : { errorMessage }),
      };
    }
    return {
      // The binding has checked that it is of the type that was asked for.
      value: value as T,
      ...(variant === undefined ? {} : { variant }),
      ...(reason === undefined ? {} : { reason }),
      flagMetadata: { ...flagMetadata },
    };
  }

  /** The default is of no use on the other side: only its type is. */
  #ask(key: string, type: AskedType, context: FlagsContext): Promise<FlagsDetails<unknown>> {
    switch (type) {
      case 'boolean':
        return this.#binding.getBooleanDetails(key, false, context);
      case 'string':
        return this.#binding.getStringDetails(key, '', context);
      case 'number':
        return this.#binding.getNumberDetails(key, 0, context);
      case 'object':
        return this.#binding.getObjectDetails(key, {}, context);
    }
  }
}
