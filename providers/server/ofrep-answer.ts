import { ErrorCode } from '@openfeature/server-sdk';
import type { AskedType } from '../in-process/local-flags.ts';

/** What an OFREP answer to one evaluation says. */
export type OfrepAnswer =
  | {
      readonly kind: 'served';
      readonly details: {
        /** Absent: a success that leaves the value to the caller (OFREP ADR 0006). */
        readonly value?: unknown;
        readonly variant?: string;
        readonly reason?: string;
        readonly flagMetadata: Record<string, string | number | boolean>;
      };
    }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string };

const CODES: ReadonlyMap<unknown, ErrorCode> = new Map(
  [
    ErrorCode.FLAG_NOT_FOUND,
    ErrorCode.PARSE_ERROR,
    ErrorCode.TARGETING_KEY_MISSING,
    ErrorCode.INVALID_CONTEXT,
    ErrorCode.GENERAL,
  ].map((code) => [code, code]),
);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isOfType = (value: unknown, type: AskedType): boolean =>
  type === 'object'
    ? typeof value === 'object' && value !== null
    : typeof value === type && (type !== 'number' || Number.isFinite(value));

const json = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
};

const metadata = (value: unknown): Record<string, string | number | boolean> => {
  const kept: Record<string, string | number | boolean> = {};
  if (!isRecord(value)) return kept;
  for (const [name, entry] of Object.entries(value))
    if (typeof entry === 'string' || typeof entry === 'number' || typeof entry === 'boolean')
      kept[name] = entry;
  return kept;
};

/** A border: whatever an edge, or something in its place, answered. A value that is served is of the type that was asked for. */
export const readAnswer = (status: number, text: string, key: string, type: AskedType): OfrepAnswer => {
  const failed = (code: ErrorCode, message: string): OfrepAnswer => ({ kind: 'failed', code, message });
  const body = json(text);
  if (status !== 200) {
    const { errorCode, errorDetails } = isRecord(body) ? body : {};
    const message = typeof errorDetails === 'string' ? errorDetails : `the edge answered ${status}`;
    return failed(CODES.get(errorCode) ?? ErrorCode.GENERAL, message);
  }
  if (!isRecord(body) || (body['value'] === undefined && typeof body['reason'] !== 'string'))
    return failed(ErrorCode.PARSE_ERROR, 'the edge answered something that is no evaluation');
  const { value, variant, reason, metadata: said } = body;
  if (value !== undefined && !isOfType(value, type))
    return failed(ErrorCode.TYPE_MISMATCH, `flag ${JSON.stringify(key)} is not of the type ${type}`);
  return {
    kind: 'served',
    details: {
      ...(value !== undefined && { value }),
      ...(typeof variant === 'string' && { variant }),
      ...(typeof reason === 'string' && { reason }),
      flagMetadata: metadata(said),
    },
  };
};
