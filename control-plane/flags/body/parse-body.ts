import type { JsonValue } from '@halyard/engine';
import type { z } from '@hono/zod-openapi';
import { Problem } from '../../model/problem.ts';
import { Issues, nameOf, type Path, shown } from './issues.ts';
import { checkJson, isObject, type JsonObject, own, serializedSize } from './json.ts';
import { EvaluateWrite, ExplainWrite, Restore, SplitWeights } from './schema-changes.ts';
import { report } from './sentences.ts';

/**
 * Parses a body that a schema describes; `across` adds what more than one field decides, whether the rest is well-formed or
 * not. Problem: `invalid`, with every issue.
 *
 * @param around how many levels of the body are around what may be 32 deep.
 */
export function parseBody<T>(
  schema: z.ZodType<T>,
  body: unknown,
  across?: (body: unknown, issues: Issues) => void,
  around = 0,
): T {
  const issues = new Issues();
  const parsed = readBody(schema, body, issues, [], around);
  across?.(body, issues);
  issues.throwIfAny();
  if (parsed === null) throw new Error('a body was refused without an issue');
  return parsed;
}

/** As `parseBody`; issues are collected. Null if the shape is wrong. */
function readBody<T>(schema: z.ZodType<T>, body: unknown, issues: Issues, at: Path, around = 0): T | null {
  if (!checkJson(body, issues, at, -around)) return null;
  const parsed = schema.safeParse(body, { reportInput: true });
  if (parsed.success) return parsed.data;
  report(parsed.error.issues, issues, at);
  return null;
}

/** A merge patch, of a flag or a rule: what it makes of the target is validated when it is applied. */
export interface Patch {
  readonly patch: JsonObject;
}

/** Problem: `invalid` unless the body is an object. */
export function parsePatch(body: unknown): Patch {
  const issues = new Issues();
  const patch = readPatch(body, issues, []);
  issues.throwIfAny();
  if (patch === null) throw new Error('a patch was refused without an issue');
  return { patch };
}

export function readPatch(body: unknown, issues: Issues, at: Path): JsonObject | null {
  if (!checkJson(body, issues, at)) return null;
  if (isObject(body)) return body;
  issues.expected(at, body, 'an object');
  return null;
}

export interface Reweighting {
  readonly weights: Readonly<Record<string, number>>;
  readonly attribute?: string;
}

export function parseSplitWeights(body: unknown): Reweighting {
  const issues = new Issues();
  const parsed = readBody(SplitWeights, body, issues, []);
  const weights = own(body, 'weights');
  // zod passes over an own `__proto__`, which is no variation either.
  if (isObject(weights) && Object.hasOwn(weights, '__proto__')) {
    issues.add(
      ['weights', '__proto__'],
      `${nameOf(['weights'])} names ${shown('__proto__')}; expected names of variations`,
    );
  }
  if (parsed !== null && !Object.values(parsed.weights).some((weight) => weight > 0)) {
    issues.expected(['weights'], parsed.weights, 'at least one weight above 0');
  }
  issues.throwIfAny();
  const { weights: checked = {}, attribute } = parsed ?? {};
  return { weights: checked, ...(attribute === undefined ? {} : { attribute }) };
}

export const parseRestore = (body: unknown): { readonly changelog_id: string } => parseBody(Restore, body);

export interface Question {
  readonly key: string;
  readonly context: { readonly [attribute: string]: JsonValue };
}

export function parseExplain(body: unknown): Question {
  const { key } = parseBody(ExplainWrite, body, undefined, 1);
  return { key, context: contextOf(body) };
}

/** Without a context it is an empty one. */
export function parseEvaluate(body: unknown): Question {
  const { flagKey, context } = parseBody(EvaluateWrite, body, undefined, 1);
  return { key: flagKey, context: context === undefined ? {} : contextOf(body) };
}

/** What an evaluation costs is bounded by what it may be asked: every condition of a flag may look at an attribute. */
export const CONTEXT_BYTES = 64 * 1024;
/** What may stand around a context in a body: the key of a flag, and spaces. */
export const AROUND_BYTES = 4 * 1024;

export const contextTooLarge = (): Problem =>
  new Problem('too_large', {
    message: `The context is over ${CONTEXT_BYTES / 1024} KiB, the most that one may have.`,
  });

/** The body's own object, because zod's copy is without a `__proto__`, an attribute like any other. */
function contextOf(body: unknown): Question['context'] {
  // It was walked: it is JSON.
  const context = own(body, 'context') as Question['context'];
  if (serializedSize(context) > CONTEXT_BYTES) throw contextTooLarge();
  return context;
}
