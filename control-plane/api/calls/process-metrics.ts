import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/**
 * Of a process, whatever runs in it: its version, what it takes of the machine, and whether its event loop is held up
 * (`nodejs_eventloop_lag_p99_seconds`). Prometheus text.
 */
export const createProcessMetrics = (version: string, role: string): (() => Promise<string>) => {
  const registry = new Registry();
  new Gauge({
    name: 'halyard_build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version', 'node', 'role'] as const,
    registers: [registry],
  }).set({ version, node: process.versions.node, role }, 1);
  collectDefaultMetrics({ register: registry });
  return () => registry.metrics();
};
