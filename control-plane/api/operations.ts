import { accountLogOperations } from './calls/account-log.ts';
import { accountOperations } from './calls/accounts.ts';
import { appOperations } from './calls/apps.ts';
import { changelogOperations } from './calls/changelog.ts';
import { changesOperations } from './calls/changes.ts';
import { contextOperations } from './calls/contexts.ts';
import { environmentOperations } from './calls/environments.ts';
import { evaluateOperations } from './calls/evaluate.ts';
import { eventOperations } from './calls/events.ts';
import { explainOperations } from './calls/explain.ts';
import { numbersOperations } from './calls/flag-numbers.ts';
import { flagOperations } from './calls/flags.ts';
import { projectFlagOperations } from './calls/project-flags.ts';
import { projectOperations } from './calls/projects.ts';
import { promotionOperations } from './calls/promotions.ts';
import { propagationOperations } from './calls/propagation-call.ts';
import { ruleOperations } from './calls/rules.ts';
import { segmentHistoryOperations } from './calls/segment-history.ts';
import { segmentOperations } from './calls/segments.ts';
import { sessionOperations } from './calls/session.ts';
import { tokenOperations } from './calls/tokens.ts';
import { transferOperations } from './calls/transfer.ts';
import type { AnyServed } from './http/operation.ts';
import type { Setting } from './http/setting.ts';

/** Every call of the API, in the order the reference shows them. */
export const operationsOf = (setting: Setting): readonly AnyServed[] => [
  ...appOperations(setting),
  ...flagOperations(setting),
  ...ruleOperations(setting),
  ...segmentOperations(setting),
  ...segmentHistoryOperations(setting),
  ...changesOperations(setting),
  ...changelogOperations(setting),
  ...evaluateOperations(setting),
  ...explainOperations(setting),
  ...contextOperations(setting),
  ...numbersOperations(setting),
  ...transferOperations(setting),
  ...propagationOperations(setting),
  ...eventOperations(setting),
  ...projectOperations(setting),
  ...environmentOperations(setting),
  ...projectFlagOperations(setting),
  ...promotionOperations(setting),
  ...tokenOperations(setting),
  ...accountLogOperations(setting),
  ...accountOperations(setting),
  ...sessionOperations(setting),
];
