import { edgeSuites } from './testing/suites/index.ts';
import { processHome } from './testing/world.ts';

edgeSuites(processHome);
