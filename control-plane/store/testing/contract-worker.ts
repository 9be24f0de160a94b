/** Runs the contract suite inside workerd: each case in an object of its own, asked for by its number. */
import { DurableObject } from 'cloudflare:workers';
import { openDurableObjectStores } from '../durable-object/index.ts';
import type { ObjectStorage } from '../durable-object/storage.ts';
import type { StoreLimits } from '../sql/stores.ts';
import { clock, LIMITS, storesContract } from './contract.ts';
import { expectation } from './expectation.ts';
import { objectLimits } from './object-limits.ts';
import { quiet } from './quiet-log.ts';

interface Case {
  readonly title: string;
  readonly body: () => Promise<void>;
}

const casesOn = (storage: ObjectStorage): readonly Case[] => {
  const cases: Case[] = [];
  const groups: string[] = [];
  const runner = {
    describe(title: string, body: () => void) {
      groups.push(title);
      body();
      groups.pop();
    },
    test: (title: string, body: () => Promise<void>) =>
      cases.push({ title: [...groups, title].join(' › '), body }),
    expect: expectation,
  };
  const open = (limits?: StoreLimits) =>
    openDurableObjectStores(storage, { now: clock, log: quiet, ...(limits === undefined ? {} : { limits }) });
  storesContract(runner, 'A Durable Object', async () => {
    const stores = await open(LIMITS);
    return { stores, other: stores, close: () => stores.close() };
  });
  objectLimits(runner, storage, open);
  return cases;
};

export class Ground extends DurableObject<unknown> {
  override async fetch(request: Request): Promise<Response> {
    const cases = casesOn(this.ctx.storage);
    const asked = cases[Number(new URL(request.url).pathname.slice(1))];
    if (asked === undefined) return Response.json(cases.map(({ title }) => title));
    try {
      await asked.body();
      return new Response('passed');
    } catch (error) {
      return new Response(error instanceof Error ? `${error.message}\n${error.stack}` : String(error));
    }
  }
}

export default {
  fetch: (request: Request, { GROUND }: { GROUND: import('cloudflare:workers').ObjectNamespace }) =>
    GROUND.get(GROUND.idFromName(new URL(request.url).pathname)).fetch(request),
};
