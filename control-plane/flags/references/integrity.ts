import { type Issue, Problem } from '../../model/problem.ts';
import { shown } from '../body/issues.ts';
import type { Kind, Reference } from './names.ts';

/** A flag or a segment of an app, by what it is and its key. */
export interface Entity {
  readonly kind: Kind;
  readonly key: string;
}

/** An app as a commit would leave it: what is there, and what names what. */
export interface AppGraph {
  /** What an entity names; empty for one that is not there. */
  names(entity: Entity): readonly Reference[];
  /** What names an entity, directly. */
  users(entity: Entity): readonly Entity[];
  /** The names of a flag's variations (of a segment: none); null: it is not there. */
  variations(entity: Entity): readonly string[] | null;
}

/** One entity that a commit creates, changes or deletes. */
export interface Touched extends Entity {
  /** In the request's body, in front of the pointer into the entity. */
  readonly at: string;
}

export const DEEPEST_FLAGS = 8;
export const MOST_FLAGS = 64;
export const DEEPEST_SEGMENTS = 4;
export const MOST_SEGMENTS = 32;

/**
 * Nothing dangling can be stored: checks a commit by the state that it leaves behind. Looks at what the commit touches, what that names,
 * and what refers to it.
 *
 * Problem: `conflict` where something that is still named is deleted, with every flag and segment that names it; `invalid` for all
 * else: names of what is not there, variations that are named and gone, circles (the whole path), chains and crowds too large.
 */
export const checkIntegrity = (graph: AppGraph, touched: readonly Touched[]): void => {
  const inUse = touched.flatMap((entity) => (graph.variations(entity) === null ? usesOf(graph, entity) : []));
  const [first, ...others] = inUse;
  if (first !== undefined) throw new Problem('conflict', [first, ...others]);

  const issues: Issue[] = [];
  for (const entity of touched) {
    if (graph.variations(entity) === null) continue;
    for (const reference of graph.names(entity)) issues.push(...missing(graph, entity, reference));
    issues.push(...removedVariations(graph, entity));
    const circle = circleFrom(graph, entity);
    if (circle !== null)
      issues.push(issueAt(entity, null, `${circle.map(nameOf).join(' → ')} is a circle; expected none`));
  }
  // Depth and reach mean nothing while there are circles or holes.
  if (issues.length === 0) {
    for (const entity of withUsers(graph, touched)) issues.push(...tooLarge(graph, entity));
  }
  const [wrong, ...more] = issues;
  if (wrong !== undefined) throw new Problem('invalid', [wrong, ...more]);
};

const nameOf = ({ kind, key }: Entity): string => `${kind} ${key}`;
const idOf = ({ kind, key }: Entity): string => `${kind}/${key}`;

/** `rules[0].conditions[1].value[0]` as a JSON Pointer. */
const pointerOf = (place: string): string =>
  place === '' ? '' : `/${place.replaceAll('[', '/').replaceAll(']', '').replaceAll('.', '/')}`;

const issueAt = (entity: Entity, place: string | null, message: string): Issue => {
  // Of an entity that the commit does not touch there is no place in the body.
  if (!('at' in entity) || typeof entity.at !== 'string') return { message };
  const pointer = `${entity.at}${pointerOf(place ?? '')}`;
  return pointer === '' ? { message } : { pointer, message };
};

const usesOf = (graph: AppGraph, gone: Touched): readonly Issue[] =>
  graph
    .users(gone)
    .filter((user) => graph.variations(user) !== null)
    .map((user) => {
      const rules = [
        ...new Set(
          graph
            .names(user)
            .filter(({ kind, key }) => kind === gone.kind && key === gone.key)
            .map(({ rule }) => (rule === undefined ? null : rule)),
        ),
      ];
      const where = rules.filter((rule) => rule !== null);
      const parts = [
        ...(rules.includes(null) ? ['as a prerequisite'] : []),
        ...(where.length === 0 ? [] : [`in ${where.length === 1 ? 'rule' : 'rules'} ${where.join(', ')}`]),
      ];
      const part = user.kind === 'segment' ? '' : ` ${parts.join(' and ')}`;
      return issueAt(
        gone,
        null,
        `The ${gone.kind} ${shown(gone.key)} is used by the ${user.kind} ${shown(user.key)}${part}; expected one that nothing uses`,
      );
    });

const missing = (graph: AppGraph, entity: Touched, reference: Reference): readonly Issue[] => {
  const variations = graph.variations(reference);
  if (variations === null) {
    return [
      issueAt(
        entity,
        reference.place,
        `${reference.place} is ${shown(reference.key)}; expected a ${reference.kind} of this app`,
      ),
    ];
  }
  return reference.variations
    .filter((name) => !variations.includes(name))
    .map((name) =>
      issueAt(
        entity,
        reference.place,
        `${reference.place} names the variation ${shown(name)} of ${shown(reference.key)}; expected one of ${variations.join(', ')}`,
      ),
    );
};

const removedVariations = (graph: AppGraph, entity: Touched): readonly Issue[] => {
  const variations = graph.variations(entity);
  if (entity.kind === 'segment' || variations === null) return [];
  return graph.users(entity).flatMap((user) =>
    graph
      .names(user)
      .filter(({ kind, key }) => kind === 'flag' && key === entity.key)
      .flatMap((reference) => reference.variations.filter((name) => !variations.includes(name)))
      .filter((name, index, all) => all.indexOf(name) === index)
      .map((name) =>
        issueAt(
          entity,
          'variations',
          `variations lacks ${shown(name)}, which the ${user.kind} ${shown(user.key)} names; expected it to stay`,
        ),
      ),
  );
};

/** The path that leads from an entity back to itself. */
const circleFrom = (graph: AppGraph, start: Entity): readonly Entity[] | null => {
  const seen = new Set<string>();
  const walk = (entity: Entity, path: readonly Entity[]): readonly Entity[] | null => {
    for (const reference of graph.names(entity)) {
      if (idOf(reference) === idOf(start)) return [...path, start];
      if (seen.has(idOf(reference))) continue;
      seen.add(idOf(reference));
      const found = walk(reference, [...path, reference]);
      if (found !== null) return found;
    }
    return null;
  };
  return walk(start, [start]);
};

/** What a commit touches and whatever refers to it, each once; what is gone is not among them. */
const withUsers = (graph: AppGraph, touched: readonly Touched[]): readonly Entity[] => {
  const found = new Map<string, Entity>(touched.map((entity) => [idOf(entity), entity]));
  for (const entity of found.values()) {
    for (const user of graph.users(entity)) if (!found.has(idOf(user))) found.set(idOf(user), user);
  }
  return [...found.values()].filter((entity) => graph.variations(entity) !== null);
};

const tooLarge = (graph: AppGraph, entity: Entity): readonly Issue[] => {
  const flags = chainOf(graph, entity, 'flag');
  const segments = chainOf(graph, entity, 'segment');
  const reached = reachedFrom(graph, entity);
  const whole = `The ${entity.kind} ${shown(entity.key)}`;
  const sentences = [
    flags.length > DEEPEST_FLAGS &&
      `${whole} depends on flags ${flags.length} deep (${flags.join(' → ')}); expected at most ${DEEPEST_FLAGS}`,
    segments.length > DEEPEST_SEGMENTS &&
      `${whole} reaches segments ${segments.length} deep (${segments.join(' → ')}); expected at most ${DEEPEST_SEGMENTS}`,
    reached.flag > MOST_FLAGS && `${whole} reaches ${reached.flag} flags; expected at most ${MOST_FLAGS}`,
    reached.segment > MOST_SEGMENTS &&
      `${whole} reaches ${reached.segment} segments; expected at most ${MOST_SEGMENTS}`,
  ];
  return sentences.flatMap((sentence) => (sentence === false ? [] : [issueAt(entity, null, sentence)]));
};

/** The longest chain of one kind that an entity reaches, itself included where it is of the kind. */
const chainOf = (graph: AppGraph, start: Entity, kind: Kind): readonly string[] => {
  const known = new Map<string, readonly string[]>();
  const longest = (entity: Entity): readonly string[] => {
    const before = known.get(idOf(entity));
    if (before !== undefined) return before;
    let below: readonly string[] = [];
    for (const reference of graph.names(entity)) {
      const chain = longest(reference);
      if (chain.length > below.length) below = chain;
    }
    const chain = entity.kind === kind ? [entity.key, ...below] : below;
    known.set(idOf(entity), chain);
    return chain;
  };
  return longest(start);
};

/** How many others it reaches, of each kind. */
const reachedFrom = (graph: AppGraph, start: Entity): Readonly<Record<Kind, number>> => {
  const found = new Map<string, Entity>([[idOf(start), start]]);
  for (const entity of found.values()) {
    for (const reference of graph.names(entity)) {
      if (!found.has(idOf(reference))) found.set(idOf(reference), reference);
    }
  }
  found.delete(idOf(start));
  const all = [...found.values()];
  const flags = all.filter(({ kind }) => kind === 'flag').length;
  return { flag: flags, segment: all.length - flags };
};
