import { ErrorCode, type JsonValue, type ResolutionDetails } from '@openfeature/web-sdk';
import type { BulkFlag } from './bulk.ts';

/** The values of one context, as last loaded. */
export class Values {
  #flags: Map<string, BulkFlag> | undefined;
  /** The values come from an earlier visit and were not confirmed yet. */
  cached = false;

  get loaded(): boolean {
    return !!this.#flags;
  }

  /** Answers the keys that are new, gone or different. */
  replace(flags: readonly BulkFlag[], cached: boolean): string[] {
    const before = this.#flags;
    const after = new Map(flags.map((flag) => [flag.key, flag]));
    this.#flags = after;
    this.cached = cached;
    return [...new Set([...(before?.keys() ?? []), ...after.keys()])].filter(
      (key) => JSON.stringify(before?.get(key)) !== JSON.stringify(after.get(key)),
    );
  }

  resolve<T extends JsonValue>(key: string, type: string, fallback: T): ResolutionDetails<T> {
    const failed = (code: string, errorMessage: string): ResolutionDetails<T> => ({
      value: fallback,
      reason: 'ERROR',
      // Codes of OFREP are OpenFeature's; one that the SDK does not know it treats as GENERAL.
      errorCode: code as ErrorCode,
      errorMessage,
    });
    if (!this.#flags) return failed(ErrorCode.PROVIDER_NOT_READY, 'no values have been loaded yet');
    const flag = this.#flags.get(key);
    if (!flag) return failed(ErrorCode.FLAG_NOT_FOUND, `there is no flag "${key}"`);
    const { value, variant, reason, metadata, errorCode, errorDetails } = flag;
    if (errorCode) return failed(errorCode, errorDetails ?? errorCode);
    // A success without a value leaves it to the caller (OFREP ADR 0006).
    const unserved = value === undefined;
    if (!unserved && (typeof value !== type || value === null))
      return failed(ErrorCode.TYPE_MISMATCH, `flag "${key}" is not of the type ${type}`);
    const why = this.cached ? 'CACHED' : reason;
    return {
      // Its type was checked above.
      value: unserved ? fallback : (value as T),
      ...(variant && { variant }),
      ...(why && { reason: why }),
      ...(metadata && { flagMetadata: metadata }),
    };
  }
}
