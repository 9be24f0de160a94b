export { UNMET } from './answers.ts';
export { CompiledApp } from './app.ts';
export { asType } from './as-type.ts';
export { HASH_NAMES } from './buckets/bucket.ts';
export { constantOf, type Unreachable, unreachableRules } from './constant.ts';
export { exactJson } from './exact-json.ts';
export { explain } from './explain/explain.ts';
export type * from './explain/explanation.ts';
export { renderExplanation } from './explain/render.ts';
export { compile, evaluate } from './flag.ts';
export type { CompiledFlag } from './graph/flag-node.ts';
export type { Surroundings } from './graph/graph.ts';
export { type Named, namedByConditions } from './graph/references.ts';
export { inferType } from './json.ts';
export type * from './model.ts';
export { isOperator, OPERATORS, type OperatorRow } from './operators/index.ts';
export { excessiveWork } from './operators/pattern.ts';
export type { ValueKind, ValueOf } from './operators/value.ts';
export { isPercentage } from './parse/fields.ts';
export { type Report, Reports } from './reports.ts';
export {
  type Reweighted,
  type ReweightOptions,
  reweight,
  weightsProblem,
} from './reweight.ts';
export { largestOf, rolloutOfSplit, sharesOf, splitOfRollout } from './split.ts';
export { type Count, ERROR, Tally } from './tally.ts';
