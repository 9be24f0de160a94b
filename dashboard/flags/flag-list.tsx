import { memo } from 'react';
import type { StoredFlag } from '../api.ts';
import { WindowList } from '../shell/window-list.tsx';
import { strings } from '../strings.ts';
import { FlagRow } from './flag-row.tsx';

interface FlagListProps {
  readonly app: string;
  readonly flags: readonly StoredFlag[];
  readonly more: boolean;
  readonly loadMore: () => void;
}

export const FlagList = memo(({ app, flags, more, loadMore }: FlagListProps) => (
  <WindowList
    items={flags}
    more={more}
    loadMore={loadMore}
    row={(flag) => <FlagRow app={app} flag={flag} />}
    said={more ? strings.flags.countSoFar(flags.length) : strings.flags.count(flags.length)}
  />
));
