import type { AccountLogEntry } from '../api.ts';
import { accountLogStrings } from '../strings/account-log.ts';

const { events, appFields } = accountLogStrings;

type Detail = AccountLogEntry['detail'];

const isNamed = (field: string): field is keyof typeof appFields => Object.hasOwn(appFields, field);

const isList = (value: Detail[string]): value is readonly string[] => Array.isArray(value);

const changesOf = (diff: Detail[string] = null): readonly string[] =>
  typeof diff !== 'object' || diff === null || isList(diff)
    ? []
    : Object.entries(diff).map(([field, { from, to }]) =>
        events.app_field(isNamed(field) ? appFields[field] : field, wordOf(from), wordOf(to)),
      );

const wordOf = (value: string | boolean): string =>
  typeof value === 'string' ? value : value ? 'on' : 'off';

/** What an entry tells, as it goes on behind the name of who did it. */
export const sentenceOf = ({ event, detail }: Pick<AccountLogEntry, 'event' | 'detail'>): string => {
  const text = (name: string): string => String(detail[name] ?? '?');
  switch (event) {
    case 'app_created':
      return events.app_created(text('name'));
    case 'app_renamed':
      return events.app_renamed(text('from'), text('to'));
    case 'app_changed':
      return events.app_changed(text('name'), changesOf(detail['diff']));
    case 'app_deleted':
      return events.app_deleted(text('name'), typeof detail['kept_until'] === 'string');
    case 'app_forgotten':
      return events.app_forgotten(text('name'));
    case 'project_created':
      return events.project_created(text('name'));
    case 'project_changed':
      return events.project_changed(text('from'), text('to'));
    case 'project_deleted':
      return events.project_deleted(text('name'));
    case 'environment_added':
      return events.environment_added(text('environment'), text('app'));
    case 'environment_changed':
      return events.environment_changed(text('environment'), text('app'));
    case 'environment_expiring':
      return events.environment_expiring(text('environment'), text('expires_at'));
    case 'environment_removed':
      return events.environment_removed(text('environment'), text('app'));
    case 'token_created':
      return events.token_created(text('name'), text('permission'));
    case 'token_revoked':
      return events.token_revoked(text('name'));
    case 'link_created':
      return events.link_created(text('name'));
    case 'signed_in':
      return detail['by'] === 'link' ? events.signed_in_by(text('made_by')) : events.signed_in();
    case 'signed_out':
      return events.signed_out();
    case 'database_restored':
      return events.database_restored();
    case 'cache_adopted':
      return events.cache_adopted();
    case 'edge_dismissed':
      return events.edge_dismissed(text('edge'), text('applied_version'));
  }
};
