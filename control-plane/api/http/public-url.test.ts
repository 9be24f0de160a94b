import { expect, test } from 'vitest';
import { withoutBasePath } from './public-url.ts';

test.for([
  ['/flags/apps/a?b=c', '/apps/a?b=c'],
  ['/flags/', '/'],
  ['/flags', '/'],
  ['/flags?a=b', '/?a=b'],
  ['/apps/a', '/apps/a'],
  ['/flagship', '/flagship'],
  ['/', '/'],
] as const)('under the path /flags, %s is the route %s', ([path, route]) => {
  expect(withoutBasePath(path, '/flags')).toBe(route);
  expect(withoutBasePath(path, '')).toBe(path);
});
