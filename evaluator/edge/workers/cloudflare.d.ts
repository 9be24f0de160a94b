/** What the evaluator uses of the Workers runtime (https://developers.cloudflare.com/workers/runtime-apis/). */
declare module 'cloudflare:workers' {
  export abstract class WorkerEntrypoint<Env, Props> {
    protected readonly ctx: { readonly props: Props };
    protected readonly env: Env;
    constructor(ctx: { readonly props: Props }, env: Env);
  }

  /** Lets work go on after the answer of the request that is being served. */
  export function waitUntil(work: Promise<unknown>): void;
}
