export { flagTypes } from './flag-types.ts';
export { flagManifest, type Manifest, type ManifestFlag } from './manifest.ts';
