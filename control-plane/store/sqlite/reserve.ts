import { randomFillSync } from 'node:crypto';
import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { StoreLog } from '../sql/log.ts';

const BYTES = 8 * 1024 * 1024;
/** Left free beyond the reserve when it is made again, so that it is not given and taken by turns. */
const MARGIN = 8 * 1024 * 1024;
const CHUNK = 1024 * 1024;
const TRY_AGAIN_MS = 10_000;
/** Bytes of text that one write may bring while the disk is full: a flag of the largest size can be switched off. */
export const SMALL_WRITE = 1024 * 1024;

/**
 * Room on the disk that is given up when there is no other, so that somebody can still throw a kill switch: a file beside the
 * database. It is made again as soon as there is room.
 */
export class Reserve {
  readonly #path: string;
  readonly #log: Pick<StoreLog, 'info' | 'warn' | 'error'>;
  #timer: ReturnType<typeof setInterval> | null = null;
  #scarce = false;

  constructor(path: string, log: Pick<StoreLog, 'info' | 'warn' | 'error'>) {
    this.#path = `${path}-reserve`;
    this.#log = log;
  }

  /** Makes the reserve, and makes it again whenever it was given up: the business of a server, not of a command that soon ends. */
  keep(): void {
    if (this.#timer !== null) return;
    if (!this.#isThere() && !(this.#hasRoom(BYTES) && this.#make())) {
      this.#scarce = true;
      this.#log.warn(
        { file: this.#path, bytes: BYTES },
        'There is no room for a reserve: only small changes can be made, and none when the disk is full.',
      );
    }
    this.#timer = setInterval(() => this.#refill(), TRY_AGAIN_MS);
    this.#timer.unref();
  }

  /** The disk was full, and has not been seen with room since: only small writes, one at a time. */
  get scarce(): boolean {
    if (this.#scarce) this.#refill();
    return this.#scarce;
  }

  /** Gives the room up; false if there is none to give. */
  release(): boolean {
    this.#scarce = true;
    if (!this.#isThere()) return false;
    rmSync(this.#path, { force: true });
    this.#log.error(
      { directory: dirname(this.#path) },
      'The disk is full. The reserve was given up, so that small changes can still be made; make room.',
    );
    return true;
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  #refill(): void {
    if (!this.#scarce || !this.#hasRoom(BYTES + MARGIN)) return;
    if (this.#timer !== null) {
      if (!this.#make()) return;
      this.#log.info({ file: this.#path }, 'There is room on the disk again, and a reserve.');
    }
    this.#scarce = false;
  }

  #isThere(): boolean {
    return statSync(this.#path, { throwIfNoEntry: false })?.size === BYTES;
  }

  #hasRoom(bytes: number): boolean {
    try {
      const { bavail, bsize } = statfsSync(dirname(this.#path));
      return bavail * bsize >= bytes;
    } catch {
      return false;
    }
  }

  #make(): boolean {
    if (this.#isThere()) return true;
    try {
      const file = openSync(this.#path, 'w', 0o600);
      try {
        // Noise, because some file systems store nothing for zeros.
        const noise = randomFillSync(Buffer.alloc(CHUNK));
        for (let written = 0; written < BYTES; written += CHUNK) writeSync(file, noise);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      return this.#isThere();
    } catch {
      rmSync(this.#path, { force: true });
      return false;
    }
  }
}
