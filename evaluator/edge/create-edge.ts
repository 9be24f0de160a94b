import { visitorAddress } from '@halyard/caches/access';
import { EventStreams } from './calls/event-streams.ts';
import { renderMetrics } from './calls/metrics.ts';
import { assembleEdge, type Edge } from './edge.ts';
import { DEFAULT_LIMITS, type EdgeOptions } from './options.ts';

/** An edge in a process of its own, before a cache that pushes. */
export const createEdge = (options: EdgeOptions): Edge => {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const address = (headers: Headers, env: unknown): string =>
    visitorAddress(headers, env, options.trustProxy === true);
  return assembleEdge(options, {
    limits,
    streams: new EventStreams(limits, options.now),
    renderMetrics,
    address,
  });
};
