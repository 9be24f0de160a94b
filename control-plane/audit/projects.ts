import type { AccountLogEntry } from '../model/account-log.ts';
import type { Environment } from '../model/environment.ts';
import type { Project } from '../model/project.ts';
import { canonicalText } from '../store/sql/audit.ts';
import type { FindingKind, Findings } from './finding.ts';

export type KnownProject = Pick<Project, 'id' | 'name'> & {
  readonly environments: readonly (Omit<Environment, 'expires_at'> & {
    readonly expires_at?: string | null | undefined;
  })[];
};

interface Word {
  readonly entry: string;
  /** What it says that there is; null: it is gone. */
  readonly says: Readonly<Record<string, unknown>> | null;
}

/** The log's newest word on each project and environment. Entries come newest first, so the first word is the last. */
export class ToldOfProjects {
  readonly #projects = new Map<string, Word>();
  readonly #environments = new Map<string, Word>();

  listen({ id: entry, event, detail }: AccountLogEntry): void {
    const project = String(detail['project']);
    const { name, to, ...traits } = detail;
    switch (event) {
      case 'project_created':
      case 'project_changed':
      case 'project_deleted':
        hear(this.#projects, project, {
          entry,
          says: event === 'project_deleted' ? null : { name: event === 'project_created' ? name : to },
        });
        return;
      case 'environment_added':
      case 'environment_changed':
      case 'environment_removed':
        hear(this.#environments, placeOf(project, String(detail['environment'])), {
          entry,
          says: event === 'environment_removed' ? null : traits,
        });
        return;
      default:
        return;
    }
  }

  compare(projects: readonly KnownProject[], findings: Findings): void {
    compareAll('project', this.#projects, new Map(projects.map(({ id, name }) => [id, { name }])), findings);
    const environments = projects.flatMap(({ id, environments: of }) =>
      of.map(
        ({ key, app_id: app, ...traits }) =>
          [placeOf(id, key), { project: id, environment: key, app, expires_at: null, ...traits }] as const,
      ),
    );
    compareAll('environment', this.#environments, new Map(environments), findings);
  }
}

const hear = (words: Map<string, Word>, of: string, word: Word): void => {
  if (!words.has(of)) words.set(of, word);
};

const placeOf = (project: string, environment: string): string => `${environment} of the project ${project}`;

const compareAll = (
  kind: 'project' | 'environment',
  words: ReadonlyMap<string, Word>,
  there: ReadonlyMap<string, object>,
  findings: Findings,
): void => {
  const add = (what: 'differs' | 'missing' | 'without entry', sentence: string): void =>
    findings.add(`${kind} ${what}` satisfies FindingKind, sentence);
  for (const [of, found] of there) {
    const word = words.get(of);
    if (word === undefined || word.says === null) {
      const why = word === undefined ? 'no entry tells of it' : `entry ${word.entry} took it away`;
      add('without entry', `the ${kind} ${of} is there, but ${why}.`);
    } else if (canonicalText(found) !== canonicalText(word.says)) {
      add(
        'differs',
        `the ${kind} ${of} is ${JSON.stringify(found)}, but entry ${word.entry} says ${JSON.stringify(word.says)}.`,
      );
    }
  }
  for (const [of, { entry, says }] of words) {
    if (says === null || there.has(of)) continue;
    add('missing', `the ${kind} ${of} of entry ${entry} is not there, and no entry took it away.`);
  }
};
