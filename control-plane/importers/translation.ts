import type { KeyedInput } from '../flags/body/parse-flag.ts';
import type { SegmentDefinition } from '../model/segment.ts';

/**
 * What became of a flag. `exact`: the same answer for every context whose attributes have the type that the flag's values have, missing
 * and null included. `differs`: imported, and the notes say for whom it answers otherwise. `refused`: not imported, and the notes say why.
 */
export type Outcome = 'exact' | 'differs' | 'refused';

export interface Note {
  /** JSON Pointer (RFC 6901) into the vendor's document. */
  readonly path: string;
  readonly message: string;
}

export interface FlagReport {
  readonly key: string;
  readonly outcome: Outcome;
  readonly notes: readonly Note[];
}

export interface TranslateOptions {
  /** Of a document with several environments, whose rules to read. */
  readonly environment?: string;
  /** The attribute that becomes `targetingKey`; default: the one that identifies a user at the vendor. */
  readonly targetingKey?: string;
  /** The Flagship account whose buckets flags from Flagship keep. */
  readonly flagshipAccount?: string;
}

export interface Translation {
  /** Whatever was not refused, each with `metadata.imported_from`. */
  readonly flags: readonly TranslatedFlag[];
  readonly segments: readonly SegmentDefinition[];
  /** Every flag of the document, in its order. */
  readonly report: readonly FlagReport[];
}

export interface TranslatedFlag extends KeyedInput {
  /** Where the document has it. */
  readonly path: string;
}

/**
 * Pure. `document` is parsed JSON of unknown shape.
 * @throws Problem `invalid`, with a pointer into the document, for what is not a document of this vendor; then nothing is translated.
 */
export type Translate = (document: unknown, options: TranslateOptions) => Translation;
