import type { FlagType } from '@halyard/engine';
import type { FlagDefinition, StoredFlag } from '../model/flag.ts';

/** A flag as it is answered. */
export type FlagView = FlagDefinition & {
  readonly type: FlagType;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly updated_by: string;
};

/**
 * The definition is stored as it is answered (rules by priority, a split with its `serve_variation`), so that the diffs of the
 * changelog lead from one answer to the next.
 */
export const flagView = ({
  definition,
  type,
  version,
  created_at,
  updated_at,
  updated_by,
}: StoredFlag): FlagView => ({ ...definition, type, version, created_at, updated_at, updated_by });

/** One flag as a line of an export: what an import takes, to the same flag. */
export const exportLine = ({ definition }: StoredFlag): string => `${JSON.stringify(definition)}\n`;
