import type { Entity } from '../flags/references/integrity.ts';
import type { Link } from '../model/carried.ts';
import type { FlagDefinition } from '../model/flag.ts';
import type { SegmentDefinition } from '../model/segment.ts';
import { byName, nameOf, type Side } from './side.ts';

/** An environment's app, and how it is asked. */
export interface Place {
  readonly app_id: string;
  readonly side: Side;
}

type Definition = FlagDefinition | SegmentDefinition;

/**
 * What flags and segments of two environments last had in common, by name: what the newest link between the two was carried over from,
 * in whichever direction. Left out: those that have no link, or whose entry is not known any more.
 */
export const basesOf = async (
  from: Place,
  to: Place,
  entities: readonly Entity[],
): Promise<ReadonlyMap<string, Definition>> => {
  if (entities.length === 0) return new Map();
  const [there, back] = await Promise.all([
    to.side.links(from.app_id, entities),
    from.side.links(to.app_id, entities),
  ]);
  const forward = byName(there);
  const backward = byName(back);
  const inFrom: (Entity & { readonly version: number })[] = [];
  const inTo: (Entity & { readonly version: number })[] = [];
  for (const { kind, key } of entities) {
    const name = nameOf({ kind, key });
    const [forth, home] = [forward.get(name), backward.get(name)];
    if (isNewer(forth, home)) inFrom.push({ kind, key, version: forth.source.flag_version });
    else if (home !== undefined) inTo.push({ kind, key, version: home.source.flag_version });
  }
  const [theirs, mine] = await Promise.all([from.side.earlier(inFrom), to.side.earlier(inTo)]);
  return new Map([...theirs, ...mine].map(([entity, definition]) => [nameOf(entity), definition]));
};

/** Told by versions, not by clocks: what was carried forth from a version that came of carrying home came later. */
const isNewer = (forth: Link | undefined, home: Link | undefined): forth is Link =>
  forth !== undefined && (home === undefined || forth.source.flag_version >= home.version);
