import { accountLogOperations } from './account-log.ts';
import { accountOperations } from './accounts.ts';
import { appOperations } from './apps.ts';
import { changelogOperations } from './changelog.ts';
import { changesOperations } from './changes.ts';
import { contextOperations } from './contexts.ts';
import { evaluateOperations } from './evaluate.ts';
import { eventOperations } from './events.ts';
import { explainOperations } from './explain.ts';
import { flagOperations } from './flags.ts';
import type { AnyServed } from './operation.ts';
import { propagationOperations } from './propagation-call.ts';
import { ruleOperations } from './rules.ts';
import { segmentHistoryOperations } from './segment-history.ts';
import { segmentOperations } from './segments.ts';
import { sessionOperations } from './session.ts';
import type { Setting } from './setting.ts';
import { tokenOperations } from './tokens.ts';
import { transferOperations } from './transfer.ts';

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
  ...transferOperations(setting),
  ...propagationOperations(setting),
  ...eventOperations(setting),
  ...tokenOperations(setting),
  ...accountLogOperations(setting),
  ...accountOperations(setting),
  ...sessionOperations(setting),
];
