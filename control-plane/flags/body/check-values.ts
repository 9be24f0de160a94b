import { type FlagType, inferType } from '@halyard/engine';
import { type Issues, nameOf, type Path, shown } from './issues.ts';
import { isObject, type JsonObject, serializedSize } from './json.ts';
import { LIMITS } from './schema-flag.ts';
import { KEY_EXPECTED, NAME_PATTERN } from './schema-parts.ts';

const TYPE_NAMES: Readonly<Record<FlagType, string>> = {
  boolean: 'true or false',
  string: 'a text',
  number: 'a number',
  json: 'an object or a list',
};

/** Reported for names of variations and metadata: these three surprise somebody in every language. */
const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** The values of a flag: named, of one type, none null, none too large. Own `__proto__` keys inside a value are plain data. */
export function checkVariations(variations: unknown, issues: Issues, at: Path): void {
  if (!isObject(variations)) return;
  const names = Object.keys(variations);
  if (names.length === 0 || names.length > LIMITS.variations) {
    issues.add(at, `${nameOf(at)} has ${names.length} names; expected 1 to ${LIMITS.variations}`);
    return;
  }
  let first: { readonly name: string; readonly type: FlagType } | null = null;
  for (const name of names) {
    const path = [...at, name];
    checkName(name, issues, path, 'variation');
    const value = variations[name];
    const type = inferType(value);
    if (type === null)
      issues.expected(path, value, 'a value: true or false, a text, a number, an object or a list');
    else if (first === null) first = { name, type };
    else if (type !== first.type) {
      issues.expected(path, value, `${TYPE_NAMES[first.type]}, as ${nameOf([...at, first.name])} is`);
    }
    const size = serializedSize(value);
    if (size > LIMITS.valueBytes) {
      issues.add(
        path,
        `${nameOf(path)} is ${size} bytes serialized; expected at most ${LIMITS.valueBytes} (64 KB)`,
      );
    }
  }
}

/** At most 32 scalars, 2 KB together. */
export function checkMetadata(metadata: unknown, issues: Issues, at: Path): void {
  if (!isObject(metadata)) return;
  const names = Object.keys(metadata);
  if (names.length > LIMITS.metadata) {
    issues.add(at, `${nameOf(at)} has ${names.length} names; expected at most ${LIMITS.metadata}`);
    return;
  }
  for (const name of names) checkEntry(metadata, name, issues, at);
  const size = serializedSize(metadata);
  if (size > LIMITS.metadataBytes) {
    issues.add(
      at,
      `${nameOf(at)} is ${size} bytes serialized; expected at most ${LIMITS.metadataBytes} (2 KB)`,
    );
  }
}

function checkEntry(metadata: JsonObject, name: string, issues: Issues, at: Path): void {
  const path = [...at, name];
  if (RESERVED.has(name)) reserved(name, issues, path, 'metadata');
  const value = metadata[name];
  if (value === null || typeof value === 'object')
    issues.expected(path, value, 'a text, a number, true or false');
}

function checkName(name: string, issues: Issues, path: Path, of: string): void {
  if (RESERVED.has(name)) reserved(name, issues, path, `a ${of}`);
  else if (!NAME_PATTERN.test(name)) {
    issues.add(path, `${shown(name)} is not a valid name of a ${of}; expected ${KEY_EXPECTED}`);
  }
}

const reserved = (name: string, issues: Issues, path: Path, of: string): void =>
  issues.add(
    path,
    `${shown(name)} is not a valid name of ${of}; expected one other than ${[...RESERVED].join(', ')}`,
  );
