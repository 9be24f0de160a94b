/** What the writer and the edges must judge alike of those who ask. */
export { isEdgePath } from './edge-paths.ts';
export { createFailures, type Failures } from './failures.ts';
export { allowedOrigin, formsOfOrigin, namesOrigin } from './origins.ts';
export { visitorAddress } from './visitor.ts';
