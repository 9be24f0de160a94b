import type { Propagation } from '../api.ts';
import { flagPage } from '../strings/flag-page.ts';

/** What is known when somebody asks whether a flag's newest change is live. */
export interface Known {
  /** A write of the flag is under way. */
  readonly writing: boolean;
  /** Whether what is shown comes from a server that answers. */
  readonly reachable: boolean;
  /** The app's version of the flag's own newest commit; null: not known yet. */
  readonly commit: number | null;
  readonly propagation: Propagation | undefined;
}

/** Only `good` says that every edge is known to serve the change. */
export interface Liveness {
  readonly tone: 'waiting' | 'partial' | 'good' | 'bad';
  readonly text: string;
  /** Edges that somebody may say are gone for good. */
  readonly silent: readonly string[];
}

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const words = flagPage.live;

const says = (tone: Liveness['tone'], text: string, silent: readonly string[] = []): Liveness => ({
  tone,
  text,
  silent,
});

/**
 * Whether the flag's own newest commit is live. An edge that holds nothing of the app has nothing of it to be stale; one that is cut off
 * may serve what it had for as long as it runs, so silence is never taken for success.
 */
export const livenessOf = ({ writing, reachable, commit, propagation }: Known): Liveness => {
  if (writing) return says('waiting', words.sending);
  if (!reachable) return says('waiting', words.unknown);
  if (commit === null || propagation === undefined) return says('waiting', words.asking);
  const { edges, silent_edges: silent = [], published_version: published, version } = propagation;
  if (published !== undefined) {
    const done = (published ?? -1) >= commit;
    return done ? says('good', words.published) : says('partial', words.publishing);
  }
  const holding = edges.filter((edge) => edge.applied_version !== null);
  const reached = holding.filter((edge) => (edge.applied_version ?? 0) >= commit);
  const count = words.reached(reached.length, holding.length);
  if (silent.length > 0) {
    const ids = silent.map(({ id }) => id);
    const [first = ''] = silent.map(({ last_seen }) => last_seen).sort();
    const oldest = Math.min(...silent.map((edge) => edge.applied_version));
    const since = words.silent(silent.length, clock.format(new Date(first)));
    return oldest < commit
      ? says('bad', words.mayServe(since, oldest), ids)
      : says('partial', words.hadIt(count, since), ids);
  }
  if (holding.length === 0) return says('waiting', words.none);
  if (reached.length < holding.length) return says('partial', `${count} …`);
  // How long it took is told of the newest version alone.
  const lag = version === commit ? Math.max(0, ...holding.map((edge) => edge.lag_ms)) : 0;
  return says('good', lag > 0 ? `${count}, ${words.ms(lag)}` : count);
};
