import { edgeSuites } from '@halyard/edge/suites';
import { afterAll } from 'vitest';
import { openWorkerHome } from './worker-home.ts';

const home = await openWorkerHome();
afterAll(() => home.close());

edgeSuites(home);
