import { coversApp, type Grant } from '../access/grant.ts';
import type { Environment } from '../model/environment.ts';
import { Problem } from '../model/problem.ts';
import type { Project } from '../model/project.ts';
import type { ProjectView } from './schema-project.ts';

type Reach = Pick<Grant, 'app_ids'>;

/** A project as who has the grant sees it: the environments whose apps it covers. Null: none of it. */
export const visibleProject = (project: Project, grant: Reach): Project | null => {
  const environments = project.environments.filter(({ app_id }) => coversApp(grant, app_id));
  return grant.app_ids !== null && environments.length === 0 ? null : { ...project, environments };
};

/** Problem: `forbidden`. */
export const checkCoversAll = ({ environments }: Project, grant: Reach): void => {
  if (grant.app_ids === null) return;
  if (environments.length > 0 && environments.every(({ app_id }) => coversApp(grant, app_id))) return;
  throw new Problem('forbidden', {
    message: 'The token is for some apps only; this needs one for every environment of the project.',
  });
};

/** Problems: `not_found`, `forbidden`. */
export const environmentOf = (
  { name, environments }: Project,
  key: string,
  grant: Reach,
  pointer?: string,
): Environment => {
  const environment = environments.find((each) => each.key === key);
  if (environment === undefined) {
    throw new Problem('not_found', {
      ...(pointer === undefined ? {} : { pointer }),
      message: `There is no environment ${JSON.stringify(key)} in the project ${name}.`,
    });
  }
  if (!coversApp(grant, environment.app_id)) {
    throw new Problem('forbidden', { message: `The token is for other environments than ${key}.` });
  }
  return environment;
};

export const projectView = ({ environments, ...project }: Project): ProjectView => ({
  ...project,
  environments: environments.map(({ expires_at, ...environment }) => ({
    ...environment,
    ...(expires_at === null ? {} : { expires_at }),
  })),
});
