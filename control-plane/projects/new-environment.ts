import type { z } from '@hono/zod-openapi';
import { type Issue, Problem } from '../model/problem.ts';
import type { NewEnvironment } from '../model/project.ts';
import type { NewEnvironmentOfProject } from './schema-project.ts';

type Asked = z.infer<typeof NewEnvironmentOfProject>;

const RANKS: ReadonlyMap<string, number> = new Map([
  ['development', 10],
  ['staging', 20],
  ['production', 30],
]);
const OTHER_RANK = 15;
const LONGEST_APP_NAME = 64;

/**
 * The environment with what the request leaves out. `at` is the time of the request, `pointer` where in its body the environment is.
 * Problem: `invalid`.
 */
export const environmentAsked = (
  asked: Asked,
  { project, appId, at, pointer }: { project: string; appId: () => string; at: string; pointer: string },
): NewEnvironment => {
  const { key, app_id, ephemeral = false } = asked;
  const name = `${project}-${key}`;
  const production = asked.production ?? key === 'production';
  const issues: Issue[] = [...expiryIssues(asked.expires_at, ephemeral, at, pointer)];
  if (app_id === undefined && name.length > LONGEST_APP_NAME) {
    issues.push({
      pointer: `${pointer}/key`,
      message: `The app would be called ${name}, which has ${name.length} characters; expected a shorter key, so that it has at most ${LONGEST_APP_NAME}.`,
    });
  }
  if (app_id !== undefined && ephemeral) {
    issues.push({
      pointer: `${pointer}/ephemeral`,
      message:
        'ephemeral is true beside app_id; expected false, because the app of an ephemeral environment is deleted with it.',
    });
  }
  throwIfAny(issues);
  return {
    key,
    rank: asked.rank ?? RANKS.get(key) ?? OTHER_RANK,
    production,
    ephemeral,
    expires_at: asked.expires_at === undefined ? null : new Date(asked.expires_at).toISOString(),
    comment_required: asked.comment_required ?? false,
    app: app_id ?? { id: appId(), name, client_side_default: true, tests: production ? 'block' : 'warn' },
  };
};

/** Problem: `invalid`, if the environment cannot expire then. `expires_at` null or absent: it does not. */
export const checkExpiry = (expires_at: string | null | undefined, ephemeral: boolean, at: string): void =>
  throwIfAny(expiryIssues(expires_at, ephemeral, at, ''));

const expiryIssues = (
  expires_at: string | null | undefined,
  ephemeral: boolean,
  at: string,
  pointer: string,
): readonly Issue[] => {
  if (expires_at == null) return [];
  if (!ephemeral) {
    return [
      {
        pointer: `${pointer}/expires_at`,
        message:
          'expires_at is of ephemeral environments only; expected "ephemeral": true beside it, or no expires_at.',
      },
    ];
  }
  if (Date.parse(expires_at) > Date.parse(at)) return [];
  return [
    {
      pointer: `${pointer}/expires_at`,
      message: `expires_at is ${JSON.stringify(expires_at)}; expected a time in the future.`,
    },
  ];
};

const throwIfAny = ([first, ...others]: readonly Issue[]): void => {
  if (first !== undefined) throw new Problem('invalid', [first, ...others]);
};
