import type { AppPlace } from '../store/sql/rows.ts';

const BELOW_AN_APP = /^\/client\/v4\/accounts\/([^/]+)\/flagship\/apps\/([^/]+)\/./;

/** The app that a path is below; null if it is below none, as the path of the app itself is. */
export const placeOf = (pathname: string): AppPlace | null => {
  const [, account, app] = BELOW_AN_APP.exec(pathname) ?? [];
  if (account === undefined || app === undefined) return null;
  try {
    return { account: decodeURIComponent(account), app: decodeURIComponent(app) };
  } catch {
    // Half an escape names nothing.
    return null;
  }
};

/** The name of an app's object. */
export const objectName = ({ account, app }: AppPlace): string => JSON.stringify([account, app]);
