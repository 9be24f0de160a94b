import type { Call } from './call.ts';

export const ACCOUNTS = '/client/v4/accounts';
export const ACCOUNT = `${ACCOUNTS}/{account_id}/flagship`;
export const APP = `${ACCOUNT}/apps/{app_id}`;
export const CONTEXT = `${APP}/contexts/{context_name}`;
export const FLAG = `${APP}/flags/{flag_key}`;
export const PROJECT = `${ACCOUNT}/projects/{project}`;
export const ENVIRONMENT = `${PROJECT}/environments/{environment}`;

export const SEGMENT = `${APP}/segments/{segment_key}`;

/** What each parameter of a path is, for the document. */
export const PARAMETERS: Readonly<Record<string, string>> = {
  account_id: 'The account’s id.',
  app_id: 'The app’s id.',
  flag_key: 'The flag’s key.',
  segment_key: 'The segment’s key.',
  context_name: 'The saved context’s name: 1 to 64 characters.',
  priority: 'The priority that names the rule in its flag.',
  project: 'The project’s id or name.',
  environment: 'The environment’s key.',
  token_id: 'The token’s id.',
  edge_id: 'The edge’s id, as `silent_edges` has it.',
};

type Placed = Pick<Call, 'params'>;

export const appOf = ({ params }: Placed): string => params['app_id'] ?? '';
export const contextNameOf = ({ params }: Placed): string => params['context_name'] ?? '';
export const flagOf = ({ params }: Placed): string => params['flag_key'] ?? '';
export const segmentOf = ({ params }: Placed): string => params['segment_key'] ?? '';
export const projectOf = ({ params }: Placed): string => params['project'] ?? '';
export const environmentKeyOf = ({ params }: Placed): string => params['environment'] ?? '';
