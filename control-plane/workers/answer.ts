import { isEdgePath } from '@halyard/caches/access';
import { Hono } from 'hono';
import { problemResponse } from '../api/http/envelope.ts';
import type { ExchangeEnv } from '../api/http/exchange.ts';
import { servePages } from '../api/http/pages.ts';
import { basePathOf, withoutBasePath } from '../api/http/public-url.ts';
import { API_SECURITY } from '../api/http/security.ts';
import { Problem } from '../model/problem.ts';
import { assetFiles } from './assets.ts';
import { type Environment, readSettings, type Settings } from './bindings.ts';
import { consoleLog } from './log.ts';
import { objectName, placeOf } from './places.ts';
import { fromVisitor } from './visitor.ts';

const PAGE = /^\/(dashboard(\/.*)?)?$/;

/**
 * Finds the object that has the answer: an app's for what is below the app, the account's for everything else. The dashboard's files
 * are answered here.
 */
export const answer = async (request: Request, env: Environment): Promise<Response> => {
  const settings = readSettings(env);
  if (!('account' in settings)) return unavailable(settings.join(' '));
  const { pathname, origin, search } = new URL(request.url);
  const basePath = basePathOf(settings.publicUrl);
  const route = withoutBasePath(pathname, basePath);
  return route === pathname
    ? routed(request, env, settings, basePath)
    : routed(new Request(new URL(route + search, origin), request), env, settings, basePath);
};

const routed = async (
  request: Request,
  env: Environment,
  settings: Settings,
  basePath: string,
): Promise<Response> => {
  const { pathname, origin } = new URL(request.url);
  const { method } = request;
  if (env.EVALUATOR !== undefined && isEdgePath(request.url)) {
    try {
      return await env.EVALUATOR.fetch(request);
    } catch (error) {
      consoleLog(env.HALYARD_LOG).warn(
        { err: error, method, path: pathname },
        'the evaluator did not answer',
      );
      return unavailable('The evaluator did not answer; try again.');
    }
  }
  if (PAGE.test(pathname)) {
    const pages = new Hono<ExchangeEnv>();
    servePages(pages, assetFiles(env.ASSETS, origin), { basePath, edgeUrl: settings.edgeUrl });
    return pages.fetch(request);
  }
  const place = placeOf(pathname);
  const object =
    place !== null && place.account === settings.account
      ? env.APPS.get(env.APPS.idFromName(objectName(place)))
      : env.ACCOUNTS.get(env.ACCOUNTS.idFromName(settings.account));
  try {
    return await object.fetch(fromVisitor(request));
  } catch (error) {
    consoleLog(env.HALYARD_LOG).warn({ err: error, method, path: pathname }, 'an object did not answer');
    return unavailable(
      'The answer was cut off: look before you repeat a write, or give it an Idempotency-Key.',
    );
  }
};

const unavailable = (message: string): Response =>
  problemResponse(new Problem('unavailable', { message }, 1), API_SECURITY);
