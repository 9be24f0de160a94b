import type { ImportedFlag, ImportedSegment } from '../flags/body/import-reader.ts';
import { Issues } from '../flags/body/issues.ts';
import { checkAcross, checkSize } from '../flags/body/parse-flag.ts';
import { definitionOf, type FlagInput } from '../flags/decide/definition.ts';
import { type Imported, type ImportOptions, importFlags } from '../flags/decide/import-flags.ts';
import { type AppWrite, type Current, type CurrentSegments, ownBucketing } from '../flags/decide/write.ts';
import { namesOfFlag, namesOfSegment } from '../flags/references/names.ts';
import { segmentName } from '../model/changelog.ts';
import type { SegmentDefinition } from '../model/segment.ts';
import { mergeFlag, mergeSegment } from './three-way.ts';
import type { FlagReport, Note, TranslatedFlag, Translation } from './translation.ts';

export interface TranslatedOptions extends ImportOptions {
  /** Flags that differ stay away too. */
  readonly onlyExact: boolean;
}

export interface ImportedFrom extends Imported {
  readonly report: readonly FlagReport[];
}

/**
 * Another vendor's flags and segments in one commit: what people changed here since the last import stays, field by field of a flag and
 * whole for a segment. Notes say what was kept.
 */
export const importTranslated = (
  translation: Translation,
  options: TranslatedOptions,
): AppWrite<ImportedFrom> => {
  const { flags, segments } = chosen(translation, options.onlyExact);
  const said = new Map([
    ...flags.map(({ key, input }) => [key, JSON.stringify(input)] as const),
    ...segments.map((segment) => [segmentName(segment.key), JSON.stringify(segment)] as const),
  ]);
  const replaces = options.mode === 'replace';
  return {
    keys: replaces ? 'all' : flags.map(({ key }) => key),
    segments: replaces ? 'all' : segments.map(({ key }) => key),
    imported: [...said.keys()],
    decide: (before, segmentsBefore, last) => {
      const notes = new Map<string, Note>();
      const lines = {
        flags: flags.flatMap((flag, line) => mergedFlag(flag, line, before, last, notes, options)),
        segments: segments.flatMap((segment, index) =>
          mergedSegment(segment, flags.length + index, segmentsBefore, last),
        ),
      };
      const spared = translation.report.map(({ key }) => key);
      const { changes, answer } = importFlags(lines, { ...options, spared }).decide(before, segmentsBefore);
      const untouched = flags.length - lines.flags.length;
      const report = translation.report.map((each) => {
        const note = notes.get(each.key);
        return note === undefined ? each : { ...each, notes: [...each.notes, note] };
      });
      return {
        changes,
        imported: said,
        answer: {
          ...answer,
          messages: [...answer.messages, ...keptSegments(segments, lines.segments)],
          unchanged: answer.unchanged + untouched,
          segments: {
            ...answer.segments,
            unchanged: answer.segments.unchanged + segments.length - lines.segments.length,
          },
          report,
        },
      };
    },
  };
};

/** With the segments that are reached by what comes. */
const chosen = (
  { flags, segments, report }: Translation,
  onlyExact: boolean,
): Pick<Translation, 'flags' | 'segments'> => {
  if (!onlyExact) return { flags, segments };
  const exact = new Set(report.flatMap(({ key, outcome }) => (outcome === 'exact' ? key : [])));
  const coming = flags.filter(({ key }) => exact.has(key));
  const bySegment = new Map(segments.map((segment) => [segment.key, segment]));
  const needed = new Set<string>();
  const need = (names: readonly { readonly kind: string; readonly key: string }[]): void => {
    for (const { kind, key } of names) {
      const segment = bySegment.get(key);
      if (kind !== 'segment' || segment === undefined || needed.has(key)) continue;
      needed.add(key);
      need(namesOfSegment(segment));
    }
  };
  for (const { key, input } of coming) need(namesOfFlag({ ...whole(input), key }));
  return { flags: coming, segments: segments.filter(({ key }) => needed.has(key)) };
};

const whole = ({ enabled, variations, default_variation, rules }: FlagInput) => ({
  enabled,
  variations,
  default_variation,
  rules,
});

type Last = ReadonlyMap<string, string>;

/** None: people deleted it, or what they changed does not go with what the vendor changed. */
const mergedFlag = (
  { key, input, path }: TranslatedFlag,
  line: number,
  before: Current,
  last: Last,
  notes: Map<string, Note>,
  options: TranslatedOptions,
): readonly ImportedFlag[] => {
  const text = last.get(key);
  if (text === undefined) return [{ key, input, line }];
  const stored = before.get(key)?.definition;
  if (stored === undefined) {
    notes.set(key, { path, message: 'was deleted here since the last import, and stays so' });
    return [];
  }
  // Written by an import, from an input that was checked.
  const merged = mergeFlag(JSON.parse(text) as FlagInput, stored, input);
  if (merged.kept.length === 0) return [{ key, input: merged.input, line }];
  const fields = merged.kept.join(', ');
  const after = definitionOf(key, merged.input, ownBucketing(options.account, key), { rules: stored.rules });
  const issues = new Issues();
  if (checkSize(after, issues, [])) checkAcross(after, issues, []);
  if (issues.count > 0) {
    notes.set(key, {
      path,
      message: `${fields} changed here since the last import and no longer fit what changed there; the flag is kept as it is`,
    });
    return [];
  }
  notes.set(key, { path, message: `${fields} changed here since the last import, and stay as they are` });
  return [{ key, input: merged.input, line }];
};

const keptSegments = (
  all: readonly SegmentDefinition[],
  coming: readonly ImportedSegment[],
): readonly string[] => {
  const keys = new Set(coming.map(({ segment }) => segment.key));
  return all
    .filter(({ key }) => !keys.has(key))
    .map(
      ({ key }) =>
        `The segment ${JSON.stringify(key)} changed here since the last import, and stays as it is`,
    );
};

const mergedSegment = (
  segment: SegmentDefinition,
  line: number,
  before: CurrentSegments,
  last: Last,
): readonly ImportedSegment[] => {
  const text = last.get(segmentName(segment.key));
  const stored = before.get(segment.key)?.definition;
  if (text === undefined) return [{ segment, line }];
  // Flags that come may name it: one that was deleted here is there again.
  if (stored === undefined) return [{ segment, line }];
  // Written by an import, from a segment that was checked.
  const merged = mergeSegment(JSON.parse(text) as SegmentDefinition, stored, segment);
  return merged === null ? [] : [{ segment: merged, line }];
};
