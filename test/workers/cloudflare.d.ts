/** What the tests' own Workers use of the runtime (https://developers.cloudflare.com/workers/runtime-apis/). */
declare module 'cloudflare:workers' {
  export abstract class WorkerEntrypoint<Env, Props = unknown> {
    protected readonly ctx: { readonly props: Props };
    protected readonly env: Env;
    constructor(ctx: { readonly props: Props }, env: Env);
  }
}
