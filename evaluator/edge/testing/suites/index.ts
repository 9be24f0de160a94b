import { accessSuite } from './access.ts';
import { boundsSuite } from './bounds.ts';
import { flagshipSuite } from './flagship.ts';
import { ofrepSuite } from './ofrep.ts';
import { referencesSuite } from './references.ts';
import { streamsSuite } from './streams.ts';
import type { Home } from './world.ts';

export * from './world.ts';

/** What every edge does, wherever it runs. */
export const edgeSuites = (home: Home): void => {
  ofrepSuite(home);
  accessSuite(home);
  boundsSuite(home);
  flagshipSuite(home);
  referencesSuite(home);
  streamsSuite(home);
};
