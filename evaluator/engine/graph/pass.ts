import type { OwnContext } from '../attribute.ts';

/**
 * The evaluation of one context, of one flag with all it depends on or of all flags of an app: what was found out during it is
 * remembered until it ends.
 */
export class Pass {
  /** What is being evaluated; null: nothing is remembered. */
  context: OwnContext | null = null;
  /** Another one for each pass. */
  number = 0;

  /** Forgets what was remembered. */
  forget(): void {
    this.number += 1;
  }

  /** Evaluates within a pass of its own, or within the one that is under way for this very context. */
  during<T>(context: OwnContext, work: (context: OwnContext) => T): T {
    if (this.context === context) return work(context);
    const before = this.context;
    this.number += 1;
    this.context = context;
    try {
      return work(context);
    } finally {
      this.context = before;
      // A pass that this one interrupted finds nothing of it.
      this.number += 1;
    }
  }
}
