import type { Flag } from '@halyard/engine';
import { RAMP_STEPS, type RampTarget, rampOf } from '../draft/ramp.ts';

/** What somebody who looks at a flag most likely wants to do next. */
export type NextAction =
  | { readonly kind: 'start' }
  | { readonly kind: 'step'; readonly target: RampTarget }
  /** Takes the last change back: there is nothing left to release. */
  | { readonly kind: 'undo' };

/** Null: a flag that was only just created has nothing to release or to take back. */
export const nextActionOf = (flag: Flag & { readonly version: number }): NextAction | null => {
  if (flag.enabled) {
    const ramp = rampOf(flag);
    if (ramp.kind === 'start') return { kind: 'start' };
    if (ramp.kind === 'share' && ramp.rest !== null) {
      const { variation, rest } = ramp;
      const percentage = RAMP_STEPS.find((step) => step > ramp.percentage);
      if (percentage !== undefined) return { kind: 'step', target: { variation, percentage, rest } };
    }
  }
  return flag.version > 1 ? { kind: 'undo' } : null;
};
