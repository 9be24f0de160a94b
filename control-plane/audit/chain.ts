import type { ChainHead } from '../model/app.ts';
import { verifyChainBackwards } from '../store/sql/audit.ts';
import type { Findings } from './finding.ts';

interface Link {
  readonly id: string;
  readonly hash: string;
}

export interface Chain<E extends Link> {
  /** Where the owner of the chain says that it stands, asked anew each time; null: it does not say. */
  head(): Promise<ChainHead | null>;
  newestFirst(): AsyncIterable<E>;
  textOf(entry: E, previous: string | null): string;
}

export interface Walked<E> {
  readonly entries: number;
  readonly newest: E | null;
}

/**
 * Walks a chain from its newest entry to its first. Entries may be added meanwhile: the newest one must then be between where the
 * chain stood before and where it stands after.
 */
export const walkChain = async <E extends Link>(
  chain: Chain<E>,
  findings: Findings,
  look: (entry: E) => void,
): Promise<Walked<E>> => {
  const before = await chain.head();
  let newest: E | null = null;
  let newer: E | null = null;
  let entries = 0;
  const looking = async function* () {
    for await (const entry of chain.newestFirst()) {
      newest ??= entry;
      if (newer !== null && Number(newer.id) !== Number(entry.id) + 1) {
        findings.add(
          'missing entries',
          `entry ${entry.id} is followed by entry ${newer.id}; expected ${Number(entry.id) + 1}: entries were removed or put in.`,
        );
      }
      newer = entry;
      entries += 1;
      look(entry);
      yield entry;
    }
  };
  const verdict = await verifyChainBackwards(looking(), chain.textOf);
  if (!verdict.ok) {
    const { id, expected, found } = verdict.broken;
    findings.add(
      'broken link',
      `entry ${id} is broken: its hash is ${found}, but what it holds hashes to ${expected}; the ${verdict.length} before it are good.`,
    );
  }
  const oldest: E | null = newer;
  if (oldest !== null && idOf(oldest) !== 1) {
    findings.add(
      'missing entries',
      `its first entry is ${idOf(oldest)}; expected 1: entries were removed from the beginning.`,
    );
  }
  compareHeads({ before, after: await chain.head() }, newest, findings);
  return { entries, newest };
};

const idOf = ({ id }: Link): number => Number(id);

const compareHeads = (
  { before, after }: { readonly before: ChainHead | null; readonly after: ChainHead | null },
  newest: Link | null,
  findings: Findings,
): void => {
  const last = newest === null ? 0 : idOf(newest);
  if (before !== null && last < before.entries) {
    const there = last === 0 ? 'none is there' : `the last that is there is entry ${last}`;
    findings.add(
      'entries cut off',
      `${before.entries} entries were written, and ${there}: entries were removed from the end.`,
    );
  }
  if (after !== null && last > after.entries) {
    findings.add(
      'entries behind the last',
      `entry ${last} is there, but only ${after.entries} were written: entries were put in behind the last.`,
    );
  }
  const same = [before, after].find((head) => head !== null && head.entries === last) ?? null;
  if (same !== null && newest !== null && same.last_hash !== newest.hash) {
    findings.add(
      'another head',
      `the hash of its last entry ${last} is ${newest.hash}, but the last one written was ${same.last_hash ?? 'none'}: the end was rewritten.`,
    );
  }
};
