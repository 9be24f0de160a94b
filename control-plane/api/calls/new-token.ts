import type { Issues } from '../../flags/body/issues.ts';
import { isObject, own } from '../../flags/body/json.ts';
import { type Issue, Problem } from '../../model/problem.ts';
import { NewToken } from '../document/schemas.ts';
import { body } from '../http/parse.ts';

/** What makes a browser token is decided by three fields. */
const checkBrowserToken = (json: unknown, issues: Issues): void => {
  if (!isObject(json) || (own(json, 'allowed_origins') ?? null) === null) return;
  const apps = own(json, 'app_ids');
  if (own(json, 'permission') === 'evaluate' && Array.isArray(apps) && apps.length === 1) return;
  issues.add(
    ['allowed_origins'],
    'allowed_origins make a browser token; expected the permission "evaluate" and exactly one app in app_ids',
  );
};

export const newTokenBody = body(NewToken, checkBrowserToken);

/** What the body cannot tell: whether the apps exist, and what time it is. Problem: `invalid`, with every issue. */
export const checkNewToken = (
  { app_ids, expires_at }: NewToken,
  { apps, at }: { readonly apps: readonly { readonly id: string }[]; readonly at: string },
): void => {
  const issues: Issue[] = [];
  app_ids?.forEach((app, index) => {
    if (apps.some(({ id }) => id === app)) return;
    issues.push({
      pointer: `/app_ids/${index}`,
      message: `app_ids[${index}] is ${JSON.stringify(app)}; expected the id of an app of this account`,
    });
  });
  if (expires_at != null && Date.parse(expires_at) <= Date.parse(at)) {
    issues.push({
      pointer: '/expires_at',
      message: `expires_at is ${JSON.stringify(expires_at)}; expected a time in the future`,
    });
  }
  const [first, ...others] = issues;
  if (first !== undefined) throw new Problem('invalid', [first, ...others]);
};
