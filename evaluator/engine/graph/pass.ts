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

  /** Begins another; whoever does `resume`s the one before. */
  begin(context: OwnContext): void {
    this.number += 1;
    this.context = context;
  }

  /** Goes back to one that was interrupted, which finds nothing of what was remembered meanwhile; null: to none. */
  resume(context: OwnContext | null): void {
    this.context = context;
    this.number += 1;
  }
}
