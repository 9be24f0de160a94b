/** What an environment is besides its app. */
export interface EnvironmentTraits {
  /** Orders the environments of a project: what is promoted goes from lower to higher. */
  readonly rank: number;
  readonly production: boolean;
  readonly ephemeral: boolean;
  /** ISO 8601; null: it stays until it is deleted. Only of an ephemeral one. */
  readonly expires_at: string | null;
  /** Whether writes of its app need a comment. */
  readonly comment_required: boolean;
}

export interface Environment extends EnvironmentTraits {
  /** `^[a-z0-9][a-z0-9-]{0,31}$` */
  readonly key: string;
  readonly app_id: string;
}
