import type { z } from '@hono/zod-openapi';
import type { Numbers } from '../../flags/body/json-text.ts';
import type { Permission } from '../../model/permission.ts';
import type { ProblemKind } from '../../model/problem.ts';
import type { Call, Outcome } from './call.ts';

/** Whether a write that can be tried is one of one flag or segment, or of several: their answers name what changes. */
export type DryRun = 'one' | 'several';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** A body: the schema is what the document shows, `parse` what turns JSON into the type, throwing `invalid` with every issue. */
export interface BodySpec<Body> {
  readonly schema: z.ZodType;
  readonly type?: 'application/json' | 'application/x-ndjson';
  /** What else may be sent: by content type, what the document shows of it. */
  readonly others?: Readonly<Record<string, z.ZodType>>;
  /** Bytes; default 1 MiB. */
  readonly limit?: number;
  /** Default `kept`. */
  readonly numbers?: Numbers;
  readonly parse: (json: unknown) => Body;
}

/** One call of the API, described once: the route, the permission, the validation and the document come from it. */
export interface Operation<Query = undefined, Body = undefined> {
  /** `operationId`: a verb and its noun, also the method's name in the typed client. */
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly method: Method;
  /** In OpenAPI's form: `/flags/{flag_key}`. */
  readonly path: string;
  /** Null: anybody, signed in or not. */
  readonly needs: Permission | null;
  /** Browsers elsewhere may call it, from the origins of the app's browser tokens. */
  readonly crossOrigin?: true;
  /** Edges answer it too. */
  readonly atEdges?: true;
  readonly query?: z.ZodType<Query>;
  /** Any other query parameter means something too; elsewhere one that the schema does not have is refused. */
  readonly openQuery?: true;
  readonly body?: BodySpec<Body>;
  /** Required: the call refuses to be made without `If-Match`; `accepted`: it may carry one. */
  readonly ifMatch?: 'accepted' | 'required';
  /** A write of flags: it may carry a comment, an Idempotency-Key and `Prefer: wait`. */
  readonly writes?: boolean;
  /** It takes `?dry_run=1`, for which `read` suffices: the handler writes with `commit` alone, which then writes nothing. */
  readonly dryRun?: DryRun;
  readonly answers: {
    readonly status?: 200 | 201;
    /** The result inside the envelope, or the whole body where `enveloped` is false. */
    readonly schema: z.ZodType;
    readonly list?: boolean;
    readonly enveloped?: false;
    readonly type?: string;
  };
  /** Beside those every call may answer. */
  readonly problems?: readonly ProblemKind[];
}

/** Erases the types of one call so that all of them fit one table. */
export interface AnyServed {
  readonly operation: Operation<unknown, unknown>;
  readonly handle: (call: Call<unknown, unknown>) => Promise<Outcome>;
}

/** Keeps query and body of an operation and its handler one type while they are written. */
export const serve = <Query, Body>(
  operation: Operation<Query, Body>,
  handle: (call: Call<Query, Body>) => Promise<Outcome>,
): AnyServed =>
  // The table calls `handle` only with what this very operation's `query` and `body.parse` made.
  ({ operation, handle }) as AnyServed;
