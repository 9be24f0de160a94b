/** One answer of an edge to a request for all flags. */
export interface Answered {
  readonly edge: string;
  readonly status: number;
  /** From `Halyard-Version`. */
  readonly version: number;
  /** What each flag served; the writer of the test gives every flag of a commit the commit's number. */
  readonly values: readonly number[];
  /** From `Halyard-Stale`. */
  readonly stale: number | null;
}

/**
 * What the recorded answers prove or refute: no request failed, no edge ever went back in version, every commit was seen whole, every
 * edge ends at the head. The sentences say what is wrong; none: all holds.
 */
export const faultsIn = (history: readonly Answered[], head: number): readonly string[] => {
  const faults: string[] = [];
  const latest = new Map<string, Answered>();
  for (const [index, answered] of history.entries()) {
    const { edge, status, version, values } = answered;
    const at = `answer ${index} of ${edge}`;
    if (status !== 200) {
      faults.push(`${at} has the status ${status}`);
      continue;
    }
    const before = latest.get(edge);
    if (before !== undefined && version < before.version) {
      faults.push(`${at} went back from version ${before.version} to ${version}`);
    }
    if (values.length === 0 || values.some((value) => value !== version)) {
      faults.push(`${at} shows version ${version} as ${[...new Set(values)].join(', ')}`);
    }
    latest.set(edge, answered);
  }
  for (const [edge, { version, stale }] of latest) {
    if (version !== head) faults.push(`${edge} ends at version ${version}; the head is ${head}`);
    if (stale !== null) faults.push(`${edge} ends ${stale} s stale`);
  }
  return faults;
};
