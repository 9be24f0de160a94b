/** A server process for tests: `node obedient-process.ts URL`, then a command a line, each answered with a line. */
import { createInterface } from 'node:readline';
import { Problem } from '../../model/problem.ts';
import { openSqliteStores } from '../sqlite/index.ts';
import { ACCOUNT, APP, by, commit, create } from './contract/fixture.ts';
import { quiet } from './quiet-log.ts';

// Writing past the limit on file sizes would else end the process before SQLite sees the error.
process.on('SIGXFSZ', () => {});

const stores = await openSqliteStores(process.argv[2] ?? '', { now: Date.now, log: quiet });
const write = by('ann', 1);
await stores.accounts.ensureAccount(ACCOUNT, write.at);
if ((await stores.accounts.app(ACCOUNT, APP)) === null) {
  await stores.accounts.createApp(ACCOUNT, { id: APP, name: 'shop', client_side_default: true }, write);
}
const app = stores.app(ACCOUNT, APP);

const obey = async ([command = '', key = '']: readonly string[]): Promise<string> => {
  switch (command) {
    case 'commit': {
      const description = 'x'.repeat(5_000);
      return String((await commit(app, [create(key, { description })], write)).appVersion);
    }
    case 'list':
      return (await app.flags({ limit: 100 })).items.map((flag) => flag.definition.key).join();
    case 'lead':
      return new Promise((resolve) => {
        stores.lead(async (signal) => {
          resolve('leading');
          await new Promise<void>((ended) => {
            signal.addEventListener('abort', () => ended());
          });
        });
      });
    default:
      return `unknown command ${command}`;
  }
};

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await obey(line.split(' ')).catch((error: unknown) =>
    error instanceof Problem ? error.kind : String(error),
  );
  process.stdout.write(`${answer}\n`);
}
await stores.close();
