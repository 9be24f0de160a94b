import { isObject } from './json.ts';

/** JSON Merge Patch (RFC 7396): null removes, objects are merged, everything else replaces. Neither argument is changed. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  // fromEntries defines members, so that an own `__proto__` stays plain data.
  return Object.fromEntries(merged);
}
