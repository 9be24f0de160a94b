import { createRequire } from 'node:module';
import type { Attributes, Wanted } from './workloads.ts';

/** Something that decides, with its configuration loaded and no network to ask. */
export interface Subject {
  readonly name: string;
  readonly version: string;
  /** Makes of a context what the subject takes, before anything is timed. */
  readonly prepare: (context: Attributes) => unknown;
  /** How the subject is asked about one flag: answers true or false, or a promise of it. */
  readonly decide: (key: string) => (prepared: never) => unknown;
  /** Its own call for all flags of one context, where it has one. */
  readonly decideAll?: (prepared: never) => unknown;
  readonly close?: () => unknown;
}

/** Loads the wanted flags into a subject. */
export type Load = (wanted: readonly Wanted[]) => Subject | Promise<Subject>;

const require = createRequire(import.meta.url);

export const versionOf = (name: string): string => {
  const file = require.resolve.paths(name)?.map((folder) => `${folder}/${name}/package.json`) ?? [];
  for (const path of file) {
    try {
      return String(require(path).version);
    } catch {}
  }
  return 'unknown';
};
