/** Judges an audit trail, wherever it is read from. */
export { segmentName, segmentNamed } from '../model/changelog.ts';
export { type AccountTrail, keptApps, verifyAccount } from './account.ts';
export { type AppName, type AppTrail, verifyApp } from './app.ts';
export type { Finding, Verdict } from './finding.ts';
export { accountTrailIn, appTrailIn } from './stores.ts';
