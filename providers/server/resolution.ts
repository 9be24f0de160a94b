import { ErrorCode, type JsonValue, type ResolutionDetails } from '@openfeature/server-sdk';
import type { Answer } from '../in-process/local-flags.ts';

const CODES = {
  FLAG_NOT_FOUND: ErrorCode.FLAG_NOT_FOUND,
  TYPE_MISMATCH: ErrorCode.TYPE_MISMATCH,
  PARSE_ERROR: ErrorCode.PARSE_ERROR,
  GENERAL: ErrorCode.GENERAL,
  PROVIDER_NOT_READY: ErrorCode.PROVIDER_NOT_READY,
} satisfies Record<Extract<Answer, { kind: 'failed' }>['code'], ErrorCode>;

/** What OpenFeature wants to hear. The engine has checked that a served value is of the type that was asked for. */
export const resolution = <T extends JsonValue>(answer: Answer, fallback: T): ResolutionDetails<T> => {
  switch (answer.kind) {
    case 'failed':
      return {
        value: fallback,
        reason: 'ERROR',
        errorCode: CODES[answer.code],
        errorMessage: answer.message,
      };
    case 'unserved':
      return { value: fallback, reason: answer.reason, flagMetadata: answer.metadata };
    case 'served':
      return {
        // The one place where the asked-for type meets the stored value: asType() failed every other one.
        value: answer.value as T,
        variant: answer.variant,
        reason: answer.reason,
        flagMetadata: answer.metadata,
      };
  }
};
