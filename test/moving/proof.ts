import { TRANSLATORS, type Vendor } from '@halyard/control-plane/importers';
import { CompiledApp, type Evaluation } from '@halyard/engine';
import type { Person } from './people.ts';

/** What a vendor's SDK is asked, and answers: JSON of the value, or that the caller has its own default. */
export const CALLERS_DEFAULT = 'the caller’s default';

export interface Peer {
  readonly vendor: Vendor;
  /** The version of the SDK, as its package has it. */
  readonly sdk: string;
  readonly document: unknown;
  readonly people: readonly Person[];
  /** The person as a context of Halyard's. */
  contextOf(person: Person): Readonly<Record<string, unknown>>;
  /** What the vendor's own SDK answers. */
  ask(key: string, person: Person): Promise<string> | string;
  /** The same of an evaluation here. */
  answerOf(evaluation: Evaluation, key: string): string;
  close(): Promise<void> | void;
}

export interface Proof {
  readonly vendor: Vendor;
  readonly sdk: string;
  readonly flags: number;
  readonly people: number;
  readonly exact: number;
  readonly differs: number;
  readonly refused: number;
  /** Answers of exact flags that were compared, and those that were not the same. */
  readonly compared: number;
  readonly disagreements: readonly string[];
  /** Why flags are not exact. */
  readonly reasons: readonly string[];
}

export const plainAnswer = (evaluation: Evaluation): string => {
  if (evaluation.kind === 'failed') return `${evaluation.code}: ${evaluation.message}`;
  return evaluation.kind === 'served' ? JSON.stringify(evaluation.value) : CALLERS_DEFAULT;
};

export const prove = async (peer: Peer): Promise<Proof> => {
  const { flags, segments, report } = TRANSLATORS[peer.vendor](peer.document, {});
  const app = new CompiledApp('acct-1');
  for (const segment of segments) app.setSegment(segment.key, segment);
  for (const { key, input } of flags) app.set(key, { key, ...input });
  const disagreements: string[] = [];
  let compared = 0;
  for (const { key, outcome } of report) {
    const flag = app.get(key);
    if (outcome !== 'exact' || flag === undefined) continue;
    for (const person of peer.people) {
      const context = peer.contextOf(person);
      const ours = peer.answerOf(flag.evaluate(context), key);
      const theirs = await peer.ask(key, person);
      compared += 1;
      if (ours !== theirs) {
        disagreements.push(`${key} for ${JSON.stringify(context)}: ${ours} here, ${theirs} there`);
      }
    }
  }
  const count = (outcome: string) => report.filter((each) => each.outcome === outcome).length;
  return {
    vendor: peer.vendor,
    sdk: peer.sdk,
    flags: report.length,
    people: peer.people.length,
    exact: count('exact'),
    differs: count('differs'),
    refused: count('refused'),
    compared,
    disagreements,
    reasons: report.flatMap(({ key, outcome, notes }) =>
      outcome === 'exact' ? [] : notes.map(({ path, message }) => `${key} ${outcome}: ${path} ${message}`),
    ),
  };
};
