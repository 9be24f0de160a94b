#!/usr/bin/env -S node --conditions=halyard-source
import './command/node-version.js';

// Not a static import: an old Node would fail to load it before it had said anything.
await import('./halyard.ts');
