import { type ChangelogEntry, nameOfEntry, type Source } from '../model/changelog.ts';
import type { Findings } from './finding.ts';

/** The entries of another app of the account, newest first; null: it is not there any more, or not ours to read. */
export type Elsewhere = (app: string) => AsyncIterable<ChangelogEntry> | null;

interface Carried {
  readonly entry: string;
  readonly name: string;
  readonly source: Source;
}

/** Follows the links of entries that were carried over: the entry that each names must be in the other app's chain. */
export class Sources {
  readonly #carried = new Map<string, Map<string, Carried>>();

  listen(entry: ChangelogEntry): void {
    const { source } = entry;
    if (source === undefined) return;
    const carried = { entry: entry.id, name: nameOfEntry(entry), source };
    const of = this.#carried.get(source.app_id) ?? new Map<string, Carried>();
    // Several may be carried over from one entry, which are all good or none.
    this.#carried.set(
      source.app_id,
      of.set(`${source.entry_hash} ${carried.name} ${source.flag_version}`, carried),
    );
  }

  async follow(elsewhere: Elsewhere, findings: Findings): Promise<void> {
    for (const [app, wanted] of this.#carried) {
      const entries = elsewhere(app);
      if (entries === null) continue;
      for await (const entry of entries) {
        wanted.delete(`${entry.hash} ${nameOfEntry(entry)} ${entry.version}`);
        if (wanted.size === 0) break;
      }
      for (const { entry, name, source } of wanted.values()) {
        findings.add(
          'source differs',
          `entry ${entry} says that ${name} was carried over from version ${source.flag_version} in the app ${app}, by the entry with the hash ${source.entry_hash}, which is not there.`,
        );
      }
    }
  }
}
