import { isEdgePath } from '@halyard/caches/access';
import { expect, test } from 'vitest';
import { startWorld } from './testing/world.ts';

test('every path that an edge beside a writer answers is told to be one, also without an app', async () => {
  const { edge } = await startWorld({});
  // Flagship's call, health and metrics are only a standalone edge's.
  const paths = new Set(edge.app.routes.map(({ path }) => path).filter((path) => path !== '/*'));
  expect(paths.size).toBeGreaterThan(8);
  for (const path of paths) {
    const url = `http://flags.example${path.replaceAll(/:\w+/g, 'x')}`;
    for (const asked of [url, `${url}?ticket=a.b`]) expect(isEdgePath(asked), asked).toBe(true);
  }
  await edge.close();
});

test.each([
  '/',
  '/dashboard/',
  '/configuration',
  '/streams',
  '/client/v4/accounts',
  '/metrics',
  '/x/config',
  '/?/config',
])("%s is the writer's", (path) => {
  expect(isEdgePath(`http://flags.example${path}`)).toBe(false);
});
