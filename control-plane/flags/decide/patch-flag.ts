import type { FlagDefinition, StoredFlag } from '../../model/flag.ts';
import { Issues, type Path, pointerOf } from '../body/issues.ts';
import { isObject, type JsonObject } from '../body/json.ts';
import { mergePatch } from '../body/merge-patch.ts';
import type { Patch } from '../body/parse-body.ts';
import { checkSize, readFlag } from '../body/parse-flag.ts';
import { FLAG_FIELDS } from '../body/schema-flag.ts';
import { fieldsOf, unknownField } from '../body/sentences.ts';
import { checkPins } from './check-pins.ts';
import { definitionOf } from './definition.ts';
import { checkVersion, existing, updateTo, type Write } from './write.ts';

/** JSON Merge Patch of a flag. Problems: `not_found`, `precondition`, `invalid` for what the patch makes of the flag. */
export const patchFlag = (key: string, { patch }: Patch, ifMatch: number | null): Write => ({
  keys: [key],
  decide: (before) => {
    const stored = existing(before, key);
    checkVersion(stored, ifMatch);
    const issues = new Issues();
    const after = patched(stored, patch, issues, []);
    issues.throwIfAny();
    return { changes: after === null ? [] : updateTo(stored, after), answer: { before } };
  },
});

/** Null if there are issues; they point into the patch, or nowhere where it has no such place. */
export function patched(
  { definition }: StoredFlag,
  patch: JsonObject,
  issues: Issues,
  at: Path,
): FlagDefinition | null {
  const found = new Issues();
  refuseUnknownNulls(patch, 'a flag', FLAG_FIELDS, found, at);
  const input = readFlag(patchedBody(definition, patch), found, at);
  const after =
    input === null
      ? null
      : definitionOf(definition.key, input, definition.bucketing, { rules: definition.rules });
  if (after !== null && checkSize(after, found, at)) checkPins(after, definition, found, at);
  const reach = Object.keys(patch).map((name) => pointerOf([...at, name]));
  issues.addAll(found, (pointer) =>
    reach.some((place) => pointer === place || pointer.startsWith(`${place}/`)) ? pointer : undefined,
  );
  return found.count > 0 ? null : after;
}

/** Where null is a value of its own, a patch that says null means that value: there is no other way to say it. */
function patchedBody(definition: FlagDefinition, patch: JsonObject): unknown {
  const merged = mergePatch(definition, patch);
  return patch['off_variation'] === null && isObject(merged) ? { ...merged, off_variation: null } : merged;
}

/** A null for a field that does not exist would be lost in the merge, and a misspelt removal with it. */
export function refuseUnknownNulls(
  patch: JsonObject,
  noun: string,
  fields: readonly string[],
  issues: Issues,
  at: Path,
): void {
  for (const [name, value] of Object.entries(patch)) {
    if (value === null && !fields.includes(name)) {
      issues.add([...at, name], unknownField(name, at, fieldsOf(noun, fields)));
    }
  }
}
