import type { AccountLogEntry } from '../model/account-log.ts';
import type { SignIns } from '../model/session.ts';
import { shortHash } from '../store/sql/audit.ts';
import type { Findings } from './finding.ts';

interface Word {
  readonly entry: string;
  readonly detail: AccountLogEntry['detail'];
  readonly alive: boolean;
}

/** What the account's log says of sessions and sign-in links, by the beginning of their hash: the newest word on each. */
export class ToldSignIns {
  readonly #sessions = new Map<string, Word>();
  readonly #links = new Map<string, Word>();
  /** Entries of older releases tell a session by its token and its beginning alone. */
  readonly #unnamed = new Set<string>();

  /** Entries come newest first. */
  listen({ id: entry, event, at, detail }: AccountLogEntry): void {
    const { token, session, link } = detail;
    if (event === 'signed_in' && session === undefined) this.#unnamed.add(`${token} ${at}`);
    if (event === 'signed_in' || event === 'signed_out') {
      note(this.#sessions, session, { entry, detail, alive: event === 'signed_in' });
    }
    if (event === 'link_created' || event === 'signed_in') {
      note(this.#links, link, { entry, detail, alive: event === 'link_created' });
    }
  }

  /** @param at ISO 8601: what has ended by then lets nobody in. */
  compare({ sessions, links }: SignIns, at: string, findings: Findings): void {
    for (const { hash, token_id, created_at, expires_at } of sessions) {
      if (expires_at <= at || this.#unnamed.has(`${token_id} ${created_at}`)) continue;
      const of = `a session of the token ${token_id} from ${created_at}`;
      const word = this.#sessions.get(shortHash(hash));
      if (word === undefined || !word.alive) {
        const why = word === undefined ? 'no entry tells of it' : `entry ${word.entry} ended it`;
        findings.add('session without entry', `${of} is good, but ${why}.`);
      } else differs(word, { token: token_id, expires_at }, of, 'session differs', findings);
    }
    for (const { hash, token_id, expires_at } of links) {
      if (expires_at <= at) continue;
      const of = `a sign-in link for the token ${token_id} until ${expires_at}`;
      const word = this.#links.get(shortHash(hash));
      if (word === undefined || !word.alive) {
        const why = word === undefined ? 'no entry tells of it' : `entry ${word.entry} used it`;
        findings.add('link without entry', `${of} is good, but ${why}.`);
      } else differs(word, { token: token_id, expires_at }, of, 'link differs', findings);
    }
  }
}

const note = (words: Map<string, Word>, name: unknown, word: Word): void => {
  if (typeof name === 'string' && !words.has(name)) words.set(name, word);
};

const differs = (
  { entry, detail }: Word,
  found: Readonly<Record<string, string>>,
  of: string,
  kind: 'session differs' | 'link differs',
  findings: Findings,
): void => {
  for (const [field, value] of Object.entries(found)) {
    if (detail[field] === value) continue;
    findings.add(kind, `${of} is good, but entry ${entry} says ${field} ${JSON.stringify(detail[field])}.`);
  }
};
