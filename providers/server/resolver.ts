import type { EvaluationContext, JsonValue, ResolutionDetails } from '@openfeature/server-sdk';
import type { Start } from '../in-process/in-process.ts';
import type { AskedType } from '../in-process/local-flags.ts';

/** Where answers come from. Never throws; an error is in the details, with the caller's default. */
export interface Resolver {
  /** Whether each evaluation asks somebody, so that nothing is known before the first. */
  readonly asks: boolean;
  start(): Promise<Start>;
  resolve<T extends JsonValue>(
    key: string,
    type: AskedType,
    fallback: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>>;
  /** Leaves no timer and no connection. */
  close(): Promise<void>;
}
