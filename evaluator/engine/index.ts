export { CompiledApp } from './app.ts';
export { asType } from './as-type.ts';
export { explain } from './explain.ts';
export type * from './explanation.ts';
export { type CompiledFlag, compile, evaluate } from './flag.ts';
export { inferType } from './json.ts';
export type * from './model.ts';
export { isOperator, OPERATORS, type OperatorRow } from './operators/index.ts';
export { excessiveWork } from './operators/pattern.ts';
export type { ValueKind, ValueOf } from './operators/value.ts';
export { isPercentage } from './parse.ts';
export { renderExplanation } from './render.ts';
export {
  type Reweighted,
  type ReweightOptions,
  reweight,
  weightsProblem,
} from './reweight.ts';
export { largestOf, rolloutOfSplit, sharesOf, splitOfRollout } from './split.ts';
