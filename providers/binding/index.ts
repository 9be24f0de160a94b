/** The attributes of an evaluation, as they travel between Workers: whatever a structured clone takes. */
export type FlagsContext = Readonly<Record<string, unknown>>;

/** What a `…Details` method answers. `errorCode` is there exactly when the value is the default because of an error. */
export interface FlagsDetails<T> {
  readonly flagKey: string;
  readonly value: T;
  readonly variant?: string;
  readonly reason?: string;
  /** `FLAG_NOT_FOUND`, `TYPE_MISMATCH`, `PARSE_ERROR`, `INVALID_CONTEXT` or `GENERAL`. */
  readonly errorCode?: string;
  readonly errorMessage?: string;
  /** The flag's metadata, where it has some. */
  readonly flagMetadata?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Flags as a binding of a Worker: `interface Env { readonly FLAGS: FlagsBinding }`. It has the methods of Cloudflare Flagship's binding,
 * and is had by a service binding to the evaluator's entrypoint `Flags`.
 *
 * The methods answer the default on any error (`get` without one: undefined). What can still reject is the call to the other Worker:
 * where that is not deployed, or an argument cannot be cloned.
 */
export interface FlagsBinding {
  get(flagKey: string, defaultValue?: unknown, context?: FlagsContext): Promise<unknown>;
  getBooleanValue(flagKey: string, defaultValue: boolean, context?: FlagsContext): Promise<boolean>;
  getStringValue(flagKey: string, defaultValue: string, context?: FlagsContext): Promise<string>;
  getNumberValue(flagKey: string, defaultValue: number, context?: FlagsContext): Promise<number>;
  getObjectValue<T extends object>(flagKey: string, defaultValue: T, context?: FlagsContext): Promise<T>;
  getBooleanDetails(
    flagKey: string,
    defaultValue: boolean,
    context?: FlagsContext,
  ): Promise<FlagsDetails<boolean>>;
  getStringDetails(
    flagKey: string,
    defaultValue: string,
    context?: FlagsContext,
  ): Promise<FlagsDetails<string>>;
  getNumberDetails(
    flagKey: string,
    defaultValue: number,
    context?: FlagsContext,
  ): Promise<FlagsDetails<number>>;
  getObjectDetails<T extends object>(
    flagKey: string,
    defaultValue: T,
    context?: FlagsContext,
  ): Promise<FlagsDetails<T>>;
}
