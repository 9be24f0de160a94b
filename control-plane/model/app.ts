import type { Environment } from './environment.ts';

export interface Account {
  readonly id: string;
  readonly created_at: string;
}

export interface NewApp {
  /** Chosen by the caller (random); `^[A-Za-z0-9_-]{1,64}$`. */
  readonly id: string;
  readonly name: string;
  /** What a new flag's `client_side` is when the request does not say. */
  readonly client_side_default: boolean;
  /** Whether a failing test of a flag refuses the write; default `warn`. */
  readonly tests?: 'warn' | 'block';
}

export type AppChange = Partial<Omit<NewApp, 'id'>>;

export interface App extends Required<NewApp> {
  readonly created_at: string;
  readonly updated_at: string;
  readonly updated_by: string;
  /** Null: it is no environment of any project. */
  readonly project: { readonly id: string; readonly name: string } | null;
  readonly environment: Environment | null;
}

export interface DeletedApp {
  readonly id: string;
  readonly name: string;
  /** ISO 8601. */
  readonly deleted_at: string;
  /** From then on `forgetApp` is due. ISO 8601. */
  readonly kept_until: string;
}

/** The newest link of a hash chain. */
export interface ChainHead {
  /** How many entries there are. */
  readonly entries: number;
  /** Null: there are none. */
  readonly last_hash: string | null;
}

export interface AppHead extends ChainHead {
  readonly version: number;
  readonly flags: number;
}
