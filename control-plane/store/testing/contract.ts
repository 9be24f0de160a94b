import { accountLogContract } from './contract/account-log.ts';
import { accountsContract } from './contract/accounts.ts';
import { carriedContract } from './contract/carried.ts';
import { commitsContract } from './contract/commits.ts';
import { contextsContract } from './contract/contexts.ts';
import { deletedAppsContract } from './contract/deleted-apps.ts';
import { distributionContract } from './contract/distribution.ts';
import { dryRunsContract } from './contract/dry-runs.ts';
import { exportsContract } from './contract/exports.ts';
import type { Check, Fixture, Runner } from './contract/fixture.ts';
import { importedContract } from './contract/imported.ts';
import { listsContract } from './contract/lists.ts';
import { namesContract } from './contract/names.ts';
import { projectsContract } from './contract/projects.ts';
import { referencesContract } from './contract/references.ts';
import { repeatsContract } from './contract/repeats.ts';
import { talliesContract } from './contract/tallies.ts';

export { clock, type Fixture, LIMITS, type Runner } from './contract/fixture.ts';

/** What both stores promise on every database. `open` gives empty ones each time. */
export const storesContract = (runner: Runner, name: string, open: () => Promise<Fixture>): void => {
  const { describe, expect } = runner;
  const check: Check = (title, body) =>
    runner.test(title, async () => {
      const fixture = await open();
      try {
        await body(fixture);
      } finally {
        await fixture.close();
      }
    });
  const suite = { check, expect };

  describe(`${name} keeps the promises of the stores`, () => {
    describe('commits', () => commitsContract(suite));
    describe('saved contexts', () => contextsContract(suite));
    describe('imports from other vendors', () => importedContract(suite));
    describe('tallies', () => talliesContract(suite));
    describe('dry runs', () => dryRunsContract(suite));
    describe('repeats', () => repeatsContract(suite));
    describe('references', () => referencesContract(suite));
    describe('lists', () => listsContract(suite));
    describe('exports', () => exportsContract(suite));
    describe('accounts', () => accountsContract(suite));
    describe('the log of an account', () => accountLogContract(suite));
    describe('deleted apps', () => deletedAppsContract(suite));
    describe('what is carried over', () => carriedContract(suite));
    describe('projects', () => projectsContract(suite));
    describe('names', () => namesContract(suite));
    describe('distribution', () => distributionContract(suite));
  });
};
