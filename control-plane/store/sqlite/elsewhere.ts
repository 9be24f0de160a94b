import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Problem } from '../../model/problem.ts';
import type { Answer, Connection } from './connection.ts';
import type { Question, Reply } from './writer-thread.ts';

/** Of the same kind as this file: source here, JavaScript where the package was built. */
const THREAD = new URL(`./writer-thread${extname(import.meta.url)}`, import.meta.url);

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A writing connection in a thread of its own, so that a flush to disk holds up neither requests nor evaluations, and the requests
 * that arrive meanwhile share the next one.
 */
export class ConnectionElsewhere implements Connection {
  readonly #worker: Worker;
  /** Answers come in the order of the questions. */
  readonly #waiting: Waiting[] = [];
  #dead: Error | null = null;
  inTransaction = false;

  /** @throws Problem that says what to do if the file cannot be used. */
  static async open(path: string): Promise<ConnectionElsewhere> {
    const connection = new ConnectionElsewhere(path);
    try {
      await connection.#next();
    } catch (error) {
      await connection.#worker.terminate();
      throw error;
    }
    return connection;
  }

  private constructor(path: string) {
    this.#worker = new Worker(THREAD, { workerData: path });
    this.#worker.unref();
    this.#worker.on('message', (reply: Reply) => this.#hear(reply));
    this.#worker.on('error', (error) => this.#die(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', () => this.#die(closed()));
  }

  query(sql: string, parameters: readonly unknown[]): Promise<Answer> {
    return this.#ask({ sql, parameters });
  }

  async exec(sql: string): Promise<void> {
    await this.#ask({ sql, parameters: null });
  }

  async close(): Promise<void> {
    if (this.#dead !== null) return;
    await this.#ask({ sql: null, parameters: null });
    await this.#worker.terminate();
  }

  #ask(question: Question): Promise<Answer> {
    if (this.#dead !== null) return Promise.reject(this.#dead);
    this.#worker.postMessage(question);
    return this.#next();
  }

  #next(): Promise<Answer> {
    // Only what is under way keeps the process alive.
    if (this.#waiting.length === 0) this.#worker.ref();
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #hear({ answer, error, inTransaction }: Reply): void {
    this.inTransaction = inTransaction;
    const waiting = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#worker.unref();
    if (answer !== null) waiting?.resolve(answer);
    else waiting?.reject(errorOf(error));
  }

  #die(error: Error): void {
    this.#dead ??= error;
    this.inTransaction = false;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#dead);
  }
}

const errorOf = (error: Reply['error']): Error => {
  const message = error?.message ?? 'The writing thread gave no answer.';
  if (error?.problem === true) return new Problem('unavailable', { message });
  // As node:sqlite throws it.
  return Object.assign(new Error(message), error?.errcode == null ? {} : { errcode: error.errcode });
};

const closed = (): Problem =>
  new Problem('unavailable', { message: 'The database is closed: this process is stopping.' }, 1);
