import { processHome } from './edge.fixture.ts';
import { edgeSuites } from './suites/index.ts';

edgeSuites(processHome);
