import type { JsonValue } from '@halyard/engine';

/** What an app keeps of a context. */
export type ContextBody = { readonly [attribute: string]: JsonValue };

export interface SavedContext {
  readonly name: string;
  readonly context: ContextBody;
  readonly updated_at: string;
  readonly updated_by: string;
}
