import type { Revision } from '@halyard/caches';
import type { Subscription } from '../../store/port.ts';
import type { AppPlace } from '../../store/sql/rows.ts';
import type { Setting } from '../http/setting.ts';
import { EventFeed, type Follower } from './event-feed.ts';

export interface EventFeeds {
  /**
   * Follows an app; null if there is no such app.
   *
   * @param seen what the follower has; null: what is there now.
   */
  follow(place: AppPlace, seen: Revision | null, follower: Follower): Promise<Subscription | null>;
}

/** One feed for each app that somebody follows. */
export const createEventFeeds = (setting: Pick<Setting, 'stores' | 'propagation' | 'log'>): EventFeeds => {
  const feeds = new Map<string, Promise<EventFeed | null>>();

  const forget = (name: string, feed: Promise<EventFeed | null>): void => {
    if (feeds.get(name) === feed) feeds.delete(name);
  };

  const feedOf = (name: string, place: AppPlace): Promise<EventFeed | null> => {
    const known = feeds.get(name);
    if (known !== undefined) return known;
    const opening = EventFeed.open(place, setting);
    feeds.set(name, opening);
    opening.then(
      (feed) => feed === null && forget(name, opening),
      () => forget(name, opening),
    );
    return opening;
  };

  /** The last follower of a feed may have left it just now. */
  const livingFeed = async (name: string, place: AppPlace): Promise<EventFeed | null> => {
    for (;;) {
      const opening = feedOf(name, place);
      const feed = await opening;
      if (feed === null || !feed.closed) return feed;
      forget(name, opening);
    }
  };

  return {
    async follow(place, seen, follower) {
      const feed = await livingFeed(JSON.stringify([place.account, place.app]), place);
      if (feed === null) return null;
      const following = feed.follow(follower, seen);
      return {
        async close() {
          await following.close();
          if (!feed.followed) feed.close();
        },
      };
    },
  };
};
