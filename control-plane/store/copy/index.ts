/** Moves a whole database, of any dialect, into an empty one. */
export type { Database } from '../sql/database.ts';
export { type Copied, type CopyOptions, copyDatabase } from './copy.ts';
