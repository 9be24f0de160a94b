export interface Session {
  /** SHA-256 of the cookie's value, hex. */
  readonly hash: string;
  readonly account: string;
  readonly token_id: string;
  readonly created_at: string;
  readonly expires_at: string;
}

export interface SignInLink {
  /** SHA-256 of the link's secret, hex. */
  readonly hash: string;
  readonly account: string;
  readonly token_id: string;
  readonly expires_at: string;
  /** By name; null: an older release did not say. */
  readonly created_by: string | null;
}

export interface SignIns {
  readonly sessions: readonly Session[];
  readonly links: readonly SignInLink[];
}

/** When and where from, where the store knows who. */
export interface Origin {
  /** ISO 8601 with milliseconds. */
  readonly at: string;
  readonly address: string | null;
}
