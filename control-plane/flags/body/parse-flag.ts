import type { z } from '@hono/zod-openapi';
import { type FlagInput, rulesOf } from '../decide/definition.ts';
import { checkPrerequisites } from './check-prerequisites.ts';
import { checkRules } from './check-rules.ts';
import { checkTests } from './check-tests.ts';
import { checkMetadata, checkVariations } from './check-values.ts';
import { FIELD_NAMES } from './fields.ts';
import { Issues, nameOf, type Path } from './issues.ts';
import { checkJson, isObject, own, serializedSize } from './json.ts';
import { FlagCreate, FlagReplace, LIMITS } from './schema-flag.ts';
import { report } from './sentences.ts';

/** A flag with the key it is to have. */
export interface KeyedInput {
  readonly key: string;
  readonly input: FlagInput;
}

/**
 * What a request body says of a new flag. `type`, `version` and the dates are ignored.
 * Problem: `invalid`, with every issue, of the shape and across fields.
 */
export function parseNewFlag(body: unknown): KeyedInput {
  const issues = new Issues();
  const flag = readNewFlag(body, issues, []);
  issues.throwIfAny();
  if (flag === null) throw new Error('a flag was refused without an issue');
  return flag;
}

/** What a request body says of an existing flag, whole; `key` and `bucketing` are ignored too. Problem: `invalid`. */
export function parseFlag(body: unknown): FlagInput {
  const issues = new Issues();
  const input = readFlag(body, issues, []);
  issues.throwIfAny();
  if (input === null) throw new Error('a flag was refused without an issue');
  return input;
}

/** As `parseNewFlag`, for a flag inside a larger body: issues are collected. Null if there are any of this flag. */
export function readNewFlag(body: unknown, issues: Issues, at: Path): KeyedInput | null {
  const parsed = read(FlagCreate, body, issues, at);
  return parsed === null ? null : { key: parsed.key, input: inputOf(parsed) };
}

/** As `parseFlag`, for a flag inside a larger body. */
export function readFlag(body: unknown, issues: Issues, at: Path): FlagInput | null {
  const parsed = read(FlagReplace, body, issues, at);
  return parsed === null ? null : inputOf({ ...parsed, bucketing: undefined });
}

/** For `put` in a batch of changes, which creates or replaces: the key is the change's, `bucketing` counts if it creates. */
export function readUpsert(key: string, body: unknown, issues: Issues, at: Path): FlagInput | null {
  if (issues.full) return null;
  const keyed = isObject(body) ? { ...body, key } : body;
  const parsed = read(FlagCreate, keyed, issues, at);
  return parsed === null ? null : inputOf(parsed);
}

function read<Shape>(schema: z.ZodType<Shape>, body: unknown, issues: Issues, at: Path): Shape | null {
  // A batch of nothing but mistakes is not read on.
  if (issues.full) return null;
  const before = issues.count;
  // What is not JSON, too deep or too large is not looked at further: that is what bounds the work below.
  if (!checkJson(body, issues, at)) return null;
  if (!checkSize(body, issues, at)) return null;
  if (!checkParts(body, issues, at)) return null;
  const parsed = schema.safeParse(body, { reportInput: true });
  if (!parsed.success) report(parsed.error.issues, issues, at);
  checkAcross(body, issues, at);
  return parsed.success && issues.count === before ? parsed.data : null;
}

/** Everything that more than one field decides, whether the rest is well-formed or not. */
export function checkAcross(body: unknown, issues: Issues, at: Path): void {
  if (!isObject(body)) return;
  const variations = own(body, 'variations');
  checkVariations(variations, issues, [...at, 'variations']);
  checkMetadata(own(body, 'metadata'), issues, [...at, 'metadata']);
  const isVariation = isObject(variations) ? (name: string) => Object.hasOwn(variations, name) : null;
  checkTests(own(body, 'tests'), isVariation, issues, [...at, 'tests']);
  checkPrerequisites(own(body, 'prerequisites'), own(body, 'key'), issues, [...at, 'prerequisites']);
  for (const field of ['default_variation', 'off_variation']) {
    const name = own(body, field);
    if (typeof name === 'string' && isVariation !== null && !isVariation(name)) {
      issues.expected([...at, field], name, 'a name in variations');
    }
  }
  checkRules(own(body, 'rules'), isVariation, issues, [...at, 'rules']);
}

/** A flag is at most 256 KiB of JSON. */
export function checkSize(flag: unknown, issues: Issues, at: Path): boolean {
  const size = serializedSize(flag);
  if (size <= LIMITS.flagBytes) return true;
  const name = at.length === 0 ? 'The flag' : nameOf(at);
  issues.add(at, `${name} is ${size} bytes serialized; expected at most ${LIMITS.flagBytes} (256 KiB)`);
  return false;
}

/** More than any flag of 256 KiB has whose conditions say something: 85,000 empty ones take seconds to be told what each lacks. */
const MOST_PARTS = 16_000;

function checkParts(flag: unknown, issues: Issues, at: Path): boolean {
  const parts = countParts(own(flag, 'rules'));
  if (parts <= MOST_PARTS) return true;
  const path = [...at, 'rules'];
  issues.add(path, `${nameOf(path)} is made of ${parts} objects and lists; expected at most ${MOST_PARTS}`);
  return false;
}

/** Its depth was checked. */
function countParts(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let parts = 1;
  for (const member of Object.values(value)) parts += countParts(member);
  return parts;
}

type Shape = Omit<z.infer<typeof FlagCreate>, 'key'>;

function inputOf(parsed: Shape): FlagInput {
  const said = FIELD_NAMES.flatMap((name) => (parsed[name] === undefined ? [] : [[name, parsed[name]]]));
  // Each of these fields has been parsed by the schema of its name.
  return { ...(Object.fromEntries(said) as FlagInput), rules: rulesOf(parsed.rules) };
}
