import { ErrorCode, OpenFeatureEventEmitter, ProviderEvents } from '@openfeature/server-sdk';

/** What the SDK was last told of the provider, by an event or by how `initialize` ended. */
export type Told = 'ready' | 'stale' | 'error' | 'fatal';

/**
 * Tells the SDK how the provider is, once per change. The SDK itself announces how `initialize` ended, after it has; whatever is
 * said before that would be overwritten, so it is held back until then.
 */
export class StatusEvents {
  readonly emitter = new OpenFeatureEventEmitter();
  #told: Told | null = null;
  #now: { readonly status: Told; readonly message: string } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `initialize` is about to resolve (`ready`) or reject (`error`, `fatal`). */
  initialized(outcome: Told): void {
    clearTimeout(this.#timer);
    // A macrotask later the SDK has set the status by the outcome.
    this.#timer = setTimeout(() => {
      this.#told = outcome;
      this.#tell();
    }, 0);
  }

  /**
   * For a provider of which nothing is known before it is first asked: the SDK asks it nothing before it has set the status. No timer
   * is left, which in a Worker would end with the request that started it.
   */
  initializedUnasked(): void {
    this.#told = 'ready';
  }

  is(status: Told, message: string): void {
    this.#now = { status, message };
    if (this.#told !== null) this.#tell();
  }

  changed(flagsChanged: readonly string[]): void {
    this.emitter.emit(ProviderEvents.ConfigurationChanged, { flagsChanged: [...flagsChanged] });
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#told = null;
    this.#now = null;
  }

  #tell(): void {
    const now = this.#now;
    if (now === null || now.status === this.#told) return;
    this.#told = now.status;
    const { message } = now;
    switch (now.status) {
      case 'ready':
        this.emitter.emit(ProviderEvents.Ready, { message });
        return;
      case 'stale':
        this.emitter.emit(ProviderEvents.Stale, { message });
        return;
      case 'error':
        this.emitter.emit(ProviderEvents.Error, { message, errorCode: ErrorCode.GENERAL });
        return;
      case 'fatal':
        this.emitter.emit(ProviderEvents.Error, { message, errorCode: ErrorCode.PROVIDER_FATAL });
        return;
    }
  }
}
