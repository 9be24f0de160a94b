import type { z } from '@hono/zod-openapi';
import { branchOfCondition } from './condition-branch.ts';
import { type Issues, nameOf, type Path, shown } from './issues.ts';
import { nearest } from './nearest.ts';

/**
 * Turns zod's issues into our sentences. The schemas' messages say what is expected (`a number from 0 to 100`); an unknown
 * field's message says of what (see `strict` in schema-parts.ts). The input must have been reported (`reportInput`).
 */
export function report(found: readonly z.core.$ZodIssue[], issues: Issues, base: Path): void {
  for (const issue of found) {
    if (issues.full) {
      issues.skip(issue.code === 'unrecognized_keys' ? issue.keys.length : 1);
      continue;
    }
    const path: Path = [
      ...base,
      ...issue.path.map((part) => (typeof part === 'number' ? part : String(part))),
    ];
    switch (issue.code) {
      case 'unrecognized_keys':
        for (const key of issue.keys) {
          // Looking for the name that was meant costs more than all the rest.
          if (issues.full) issues.skip(1);
          else issues.add([...path, key], unknownField(key, path, issue.message));
        }
        break;
      case 'invalid_union': {
        // The only union is a condition.
        report(issue.errors[branchOfCondition(issue.input)] ?? [], issues, path);
        break;
      }
      case 'invalid_value': {
        const names = issue.values.filter((value) => typeof value === 'string');
        const meant = typeof issue.input === 'string' ? nearest(issue.input, names) : null;
        if (meant === null) issues.expected(path, issue.input, issue.message);
        else issues.add(path, `${nameOf(path)} is ${shown(issue.input)}; did you mean ${shown(meant)}?`);
        break;
      }
      default:
        issues.expected(path, issue.input, issue.message);
    }
  }
}

/** What `strict` puts into the message of an unknown field: the thing's name and its fields. */
export const fieldsOf = (noun: string, fields: readonly string[]): string => `${noun}: ${fields.join(', ')}`;

export function unknownField(key: string, path: Path, owner: string): string {
  const [noun = '', list = ''] = owner.split(': ');
  const fields = list.split(', ');
  const place = path.length === 0 ? '' : ` in ${nameOf(path)}`;
  const meant = nearest(key, fields);
  const hint = meant === null ? `expected one of ${list}` : `did you mean ${shown(meant)}?`;
  return `${shown(key)}${place} is not a field of ${noun}; ${hint}`;
}
