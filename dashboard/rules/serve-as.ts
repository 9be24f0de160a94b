import type { Split } from '@halyard/engine';
import type { DraftVariation, Serve } from '../draft/draft.ts';

export type ServeKind = Serve['kind'];

const baseOfRollout = (variation: string, percentage: number): Split => ({
  allocations: [{ variation, ranges: percentage === 0 ? [] : [[0, percentage]] }],
});

const mainOf = (serve: Serve): { readonly variation: string; readonly share: number } => {
  if (serve.kind === 'variation') return { variation: serve.variation, share: 100 };
  if (serve.kind === 'rollout') return { variation: serve.variation, share: serve.percentage };
  const [largest = ['', 0] as const] = Object.entries(serve.weights).sort((a, b) => b[1] - a[1]);
  return { variation: largest[0], share: largest[1] };
};

/**
 * The same thing served in another way, keeping what can be kept: a percentage becomes the split that leaves the others to `fallback`
 * and moves nobody who had the variation; a split becomes its largest share.
 */
export const serveAs = (
  serve: Serve,
  kind: ServeKind,
  variations: readonly DraftVariation[],
  fallback: string,
): Serve => {
  if (serve.kind === kind) return serve;
  const { variation, share } = mainOf(serve);
  const attribute = serve.kind === 'variation' ? '' : serve.attribute;
  if (kind === 'variation') return { kind, variation };
  if (kind === 'rollout') return { kind, variation, percentage: share, attribute };
  const other = variation === fallback ? variations.find(({ id }) => id !== variation)?.id : fallback;
  const weights: Record<string, number> = Object.fromEntries(variations.map(({ id }) => [id, 0]));
  weights[variation] = share;
  if (other !== undefined) weights[other] = (weights[other] ?? 0) + 100 - share;
  else weights[variation] = 100;
  return { kind, attribute, weights, base: baseOfRollout(variation, share) };
};
