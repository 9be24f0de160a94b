/** What the control plane uses of the Workers runtime (https://developers.cloudflare.com/workers/runtime-apis/). */
declare module 'cloudflare:workers' {
  import type { ObjectStorage } from '../store/durable-object/index.ts';

  export abstract class DurableObject<Env> {
    protected readonly ctx: ObjectContext;
    protected readonly env: Env;
    constructor(ctx: ObjectContext, env: Env);
    fetch?(request: Request): Promise<Response>;
    alarm?(): Promise<void>;
  }

  export abstract class WorkerEntrypoint<Env> {
    protected readonly env: Env;
    constructor(ctx: object, env: Env);
  }

  export interface ObjectContext {
    readonly storage: ObjectStorage & AlarmStorage & ValueStorage;
    /** Nothing is delivered to the object until the closure has ended; one that rejects resets the object. */
    blockConcurrencyWhile<T>(closure: () => Promise<T>): Promise<T>;
  }

  /** Values that can be cloned, at most 2 MB. */
  export interface ValueStorage {
    get<T>(key: string): Promise<T | undefined>;
    put(key: string, value: unknown): Promise<void>;
    delete(key: string): Promise<boolean>;
  }

  /** One alarm an object; setting it is part of the transaction it is set in. */
  export interface AlarmStorage {
    getAlarm(): Promise<number | null>;
    /** Epoch ms. */
    setAlarm(at: number): Promise<void>;
    deleteAlarm(): Promise<void>;
    /** Everything the object ever stored. */
    deleteAll(): Promise<void>;
  }

  export interface ObjectNamespace<Stub = ObjectStub> {
    idFromName(name: string): ObjectId;
    get(id: ObjectId): Stub;
  }

  export interface ObjectId {
    readonly name?: string;
  }

  export interface ObjectStub {
    fetch(request: Request): Promise<Response>;
  }
}
