/** The thread that the writing connection lives in: a flush to disk blocks it, and nobody else. */
import { parentPort, workerData } from 'node:worker_threads';
import { Problem } from '../../model/problem.ts';
import { openWriter } from './connect.ts';
import { type Answer, Statements } from './connection.ts';

/** `parameters` null: run the text as it is, however many statements it has. A null `sql` closes the database. */
export interface Question {
  readonly sql: string | null;
  readonly parameters: readonly unknown[] | null;
}

export interface Reply {
  readonly answer: Answer | null;
  readonly error: {
    readonly message: string;
    readonly errcode: number | null;
    readonly problem: boolean;
  } | null;
  readonly inTransaction: boolean;
}

const NOTHING: Answer = { rows: [], changes: 0 };

const failure = (error: unknown, inTransaction: boolean): Reply => ({
  answer: null,
  error: {
    message: error instanceof Error ? error.message : String(error),
    errcode: error instanceof Error && 'errcode' in error ? Number(error.errcode) : null,
    problem: error instanceof Problem,
  },
  inTransaction,
});

const serve = (path: string, post: (reply: Reply) => void): ((question: Question) => void) => {
  const database = openWriter(path);
  const statements = new Statements(database);
  const run = ({ sql, parameters }: Question): Answer => {
    if (sql === null) database.close();
    else if (parameters !== null) return statements.run(sql, parameters);
    else database.exec(sql);
    return NOTHING;
  };
  return (question) => {
    try {
      const answer = run(question);
      post({ answer, error: null, inTransaction: question.sql !== null && database.isTransaction });
    } catch (error) {
      post(failure(error, database.isOpen && database.isTransaction));
    }
  };
};

if (parentPort !== null) {
  const port = parentPort;
  try {
    const answer = serve(String(workerData), (reply) => port.postMessage(reply));
    port.on('message', answer);
    port.postMessage({ answer: NOTHING, error: null, inTransaction: false } satisfies Reply);
  } catch (error) {
    port.postMessage(failure(error, false));
  }
}
