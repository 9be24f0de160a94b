import type { NewApp } from './app.ts';
import type { Environment, EnvironmentTraits } from './environment.ts';

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly updated_by: string;
  readonly environments: readonly Environment[];
}

export interface NewEnvironment extends EnvironmentTraits {
  readonly key: string;
  /** The id of an app that is there, or one to make. */
  readonly app: string | NewApp;
}

export interface NewProject {
  /** Chosen by the caller (random). */
  readonly id: string;
  readonly name: string;
  readonly environments: readonly NewEnvironment[];
}

export type EnvironmentChange = Partial<
  Pick<Environment, 'rank' | 'production' | 'expires_at' | 'comment_required'>
>;
