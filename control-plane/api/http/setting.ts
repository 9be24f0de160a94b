import type { FlagCache } from '@halyard/caches';
import type { Failures } from '@halyard/caches/access';
import type { Authenticator } from '../../access/authentication.ts';
import type { RandomBytes } from '../../access/secret.ts';
import type { Side } from '../../projects/side.ts';
import type { Place, Stores } from '../../store/port.ts';
import type { Propagation } from '../calls/propagation.ts';
import type { Identification } from './caller.ts';
import type { StreamLimits } from './open-streams.ts';
import type { Origins } from './origins.ts';

/** Pino's shape. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What the handlers work with. */
export interface Setting extends Identification {
  readonly stores: Stores;
  /** What an environment's app is asked for by calls about several. */
  readonly side: (account: string, app: string) => Side;
  readonly cache: FlagCache;
  readonly now: () => number;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly authenticator: Authenticator;
  readonly failures: Failures;
  readonly propagation: Propagation;
  readonly origins: Origins;
  readonly streamLimits: StreamLimits;
  /** Aborts when the process ends: streams end with it. */
  readonly ending: AbortSignal;
  /** Resolves when this process's own edge has the version, or after the little while it is given. */
  readonly settled: (place: Place, version: number) => Promise<void>;
}
