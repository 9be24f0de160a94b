import type { FlagType } from '@halyard/engine';
import type { FlagDefinition, Stored, StoredFlag } from '../model/flag.ts';
import { type Exposure, exposureOf } from './exposure/exposure.ts';

/** A flag as it is answered. */
export type FlagView = FlagDefinition & {
  readonly type: FlagType;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly updated_by: string;
  /** How far it reaches, from its definition alone. */
  readonly exposure: Exposure;
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
}: StoredFlag): FlagView => ({
  ...definition,
  type,
  version,
  created_at,
  updated_at,
  updated_by,
  exposure: exposureOf(definition),
});

/** One flag or segment as a line of an export: what an import takes, to the same. */
export const exportLine = ({ kind, definition }: Stored): string =>
  `${JSON.stringify(kind === 'segment' ? { segment: definition } : definition)}\n`;
