import type { Scalar } from '@halyard/engine';
import type { SegmentDefinition } from '../../model/segment.ts';
import { checkCondition } from '../body/check-condition.ts';
import { Issues, nameOf, type Path } from '../body/issues.ts';
import { checkJson, isList, own, serializedSize } from '../body/json.ts';
import { report } from '../body/sentences.ts';
import { conditionOf } from '../decide/definition.ts';
import {
  SEGMENT_BYTES,
  SEGMENT_MEMBERS,
  SegmentCreate,
  SegmentMembers,
  SegmentReplace,
} from './schema-segment.ts';

/** What a request body says of a new segment. Problem: `invalid`, with every issue. */
export function parseNewSegment(body: unknown): SegmentDefinition {
  const issues = new Issues();
  const segment = readSegment(body, null, issues, []);
  issues.throwIfAny();
  if (segment === null) throw new Error('a segment was refused without an issue');
  return segment;
}

/** As it is to be, whole, under the key it has: what the body leaves out is dropped. */
export const parseSegment = (key: string, body: unknown): SegmentDefinition => {
  const issues = new Issues();
  const segment = readSegment(body, key, issues, []);
  issues.throwIfAny();
  if (segment === null) throw new Error('a segment was refused without an issue');
  return segment;
};

/** For a segment inside a larger body: issues are collected. Null if there are any. */
export function readSegment(
  body: unknown,
  key: string | null,
  issues: Issues,
  at: Path,
): SegmentDefinition | null {
  const before = issues.count;
  if (!checkJson(body, issues, at) || !checkSegmentSize(body, issues, at)) return null;
  const schema = key === null ? SegmentCreate : SegmentReplace;
  const parsed = schema.safeParse(body, { reportInput: true });
  if (!parsed.success) report(parsed.error.issues, issues, at);
  checkMembers(body, issues, at);
  const conditions = own(body, 'conditions');
  if (isList(conditions)) {
    conditions.forEach((condition, index) => {
      checkSegmentCondition(condition, issues, [...at, 'conditions', index]);
    });
  }
  if (!parsed.success || issues.count > before) return null;
  const { description, attribute, include = [], exclude = [], conditions: shapes = [] } = parsed.data;
  return {
    key: key ?? String(parsed.data.key),
    ...(description === undefined ? {} : { description }),
    ...(attribute === undefined ? {} : { attribute }),
    include: distinct(include),
    exclude: distinct(exclude),
    conditions: shapes.map(conditionOf),
  };
}

/** By text, as they are compared; the first of equals stays. */
export function distinct(members: readonly Scalar[]): readonly Scalar[] {
  const seen = new Set<string>();
  return members.filter((member) => {
    const text = String(member);
    const isNew = !seen.has(text);
    seen.add(text);
    return isNew;
  });
}

export interface MembersChange {
  readonly add: readonly Scalar[];
  readonly remove: readonly Scalar[];
}

/** Problem: `invalid`, with every issue. */
export function parseMembers(body: unknown): MembersChange {
  const issues = new Issues();
  const whole = checkJson(body, issues, []);
  const parsed = SegmentMembers.safeParse(body, { reportInput: true });
  if (whole && !parsed.success) report(parsed.error.issues, issues, []);
  for (const list of ['add', 'remove']) checkScalars(own(body, list), issues, [list]);
  const { add = [], remove = [] } = parsed.data ?? {};
  if (issues.count === 0 && add.length + remove.length === 0) {
    issues.add([], 'The body adds and removes nobody; expected a member in add or remove');
  }
  const removed = new Set(remove.map(String));
  add.forEach((member, index) => {
    if (removed.has(String(member)))
      issues.expected(['add', index], member, 'a member that remove does not name');
  });
  issues.throwIfAny();
  return { add, remove };
}

function checkSegmentSize(segment: unknown, issues: Issues, at: Path): boolean {
  const size = serializedSize(segment);
  if (size <= SEGMENT_BYTES) return true;
  const name = at.length === 0 ? 'The segment' : nameOf(at);
  issues.add(at, `${name} is ${size} bytes serialized; expected at most ${SEGMENT_BYTES} (256 KiB)`);
  return false;
}

/** How large a segment may be, and how many members it may have. */
export function checkSegment(segment: SegmentDefinition, issues: Issues, at: Path): void {
  if (checkSegmentSize(segment, issues, at)) checkMembers(segment, issues, at);
}

function checkMembers(body: unknown, issues: Issues, at: Path): void {
  let count = 0;
  for (const name of ['include', 'exclude']) {
    const list = own(body, name);
    if (isList(list)) count += list.length;
    checkScalars(list, issues, [...at, name]);
  }
  if (count > SEGMENT_MEMBERS) {
    issues.add(
      [...at, 'include'],
      `include and exclude have ${count} members together; expected at most ${SEGMENT_MEMBERS}`,
    );
  }
}

function checkScalars(list: unknown, issues: Issues, at: Path): void {
  if (!isList(list)) return;
  list.forEach((member, index) => {
    if (typeof member !== 'string' && typeof member !== 'number' && typeof member !== 'boolean') {
      issues.expected([...at, index], member, 'a string, a number or a boolean');
    }
  });
}

function checkSegmentCondition(condition: unknown, issues: Issues, at: Path): void {
  checkCondition(condition, issues, at, 1);
  refuseFlags(condition, issues, at);
}

/** What a flag serves may depend on segments, so a segment may not depend on what a flag serves. */
function refuseFlags(condition: unknown, issues: Issues, at: Path): void {
  const clauses = own(condition, 'clauses');
  if (isList(clauses)) {
    clauses.forEach((clause, index) => {
      refuseFlags(clause, issues, [...at, 'clauses', index]);
    });
  }
  const operator = own(condition, 'operator');
  if (operator === 'serves' || operator === 'not_serves') {
    issues.expected([...at, 'operator'], operator, 'another operator, as segments do not depend on flags');
  }
}
