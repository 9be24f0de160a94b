import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { type Started, startHalyard } from '../process/halyard.ts';
import { story } from './story.ts';

describe('from an empty directory to a flag that a service and a page follow', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'halyard-story-'));
  let halyard: Started;
  story({
    async start(port) {
      halyard = startHalyard(['start', '--port', String(port)], { cwd });
      await halyard.printed(/running on/);
    },
    async kill() {
      await halyard.kill('SIGKILL');
    },
    async enter(dashboard) {
      const [, link = ''] = await halyard.printed(/Dashboard\s+(http\S+)/);
      const [, admin = ''] = await halyard.printed(/Admin token\s+(hly_\S+)/);
      await dashboard.goto(link);
      await dashboard.getByRole('link', { name: 'example' }).waitFor();
      return admin;
    },
    async close() {
      await halyard?.kill('SIGKILL');
    },
  });
});
