import type { Client } from '@halyard/control-plane/client';
import { type Command, UsageError } from './command-line.ts';
import { askServer, missingForServer } from './server.ts';
import type { Settings } from './settings.ts';

/** The exit code where something differs, or would be changed: a pipeline can tell it from nothing to do (0) and from a failure (1). */
const DIFFERS = 2;
const FAILED = 1;

type Compared = Awaited<ReturnType<Client['compareEnvironments']>>[number];
type Promoted = Awaited<ReturnType<Client['promote']>>;

interface Pair {
  readonly project: string;
  readonly from: string;
  readonly to: string;
}

/** What differs between two environments, one line for each path. Exits with 0 where nothing does, else with 2. */
export const compareCommand = (settings: Settings, command: Command): Promise<string> =>
  failing(async () => {
    const { project, from, to } = pairOf(settings, command, 'read');
    const [key] = command.options.get('--key') ?? [];
    const compared = await askServer(settings, (client) =>
      client.compareEnvironments(project, { from, to, ...(key === undefined ? {} : { key }) }),
    );
    const different = compared.filter(({ status }) => status !== 'same');
    if (different.length > 0) process.exitCode = DIFFERS;
    return [
      ...different.flatMap(linesOf),
      `${different.length} of ${compared.length} flags and segments differ between ${from} and ${to}.`,
    ].join('\n');
  });

/** Carries definitions over in one commit; with `--plan` says what that would do and exits with 2 where it would do something. */
export const promoteCommand = (settings: Settings, command: Command): Promise<string> =>
  failing(async () => {
    const pair = pairOf(settings, command, 'write');
    const keys = command.options.get('--key');
    const [tag] = command.options.get('--tag') ?? [];
    const [comment] = command.options.get('--comment') ?? [];
    if ((keys === undefined) === (tag === undefined)) {
      throw new UsageError('Name what to promote: either --key (as often as needed) or --tag.');
    }
    const plan = command.options.has('--plan');
    const result = await askServer(settings, (client) =>
      client.promote(pair.project, {
        from: pair.from,
        to: pair.to,
        ...(keys === undefined ? { tag } : { keys: [...keys] }),
        parts: command.options.has('--state') ? ['definition', 'state'] : ['definition'],
        conflicts: command.options.has('--take-source') ? 'source' : 'refuse',
        ...(comment === undefined ? {} : { comment }),
        dry_run: plan,
      }),
    );
    return promoted(result, pair, plan);
  });

const promoted = ({ items, conflicts, app_version }: Promoted, { to }: Pair, plan: boolean): string => {
  const carried = items.filter(({ because, diff }) => because !== 'stays' && Object.keys(diff).length > 0);
  if (plan && (carried.length > 0 || conflicts.length > 0)) process.exitCode = DIFFERS;
  const lines = items.flatMap(({ kind, key, because, diff, exposure }) => [
    `${because.padEnd(8)} ${kind} ${key}${exposure === null ? '' : `, reaches ${exposure.before.share} % → ${exposure.after.share} %`}`,
    ...Object.entries(diff).map(
      ([path, { from, to: after }]) => `           ${path}: ${shown(from)} → ${shown(after)}`,
    ),
  ]);
  const refused = conflicts.map(
    ({ kind, key, path, from, to: there }) =>
      `conflict ${kind} ${key} ${path}: ${shown(from)} here, ${shown(there)} there`,
  );
  const done = plan ? `would change in ${to}` : `changed in ${to}, which is now at version ${app_version}`;
  return [
    ...lines,
    ...refused,
    `${carried.length} ${carried.length === 1 ? 'definition' : 'definitions'} ${done}.`,
  ].join('\n');
};

const linesOf = ({ kind, key, status, diff }: Compared): readonly string[] => [
  `${status.padEnd(9)} ${kind} ${key}`,
  ...Object.entries(diff).map(([path, { from, to }]) => `            ${path}: ${shown(from)} | ${shown(to)}`),
];

const shown = (value: unknown): string => (value === undefined ? 'absent' : JSON.stringify(value));

const pairOf = (settings: Settings, { options }: Command, permission: 'read' | 'write'): Pair => {
  const [project] = options.get('--project') ?? [];
  const [from] = options.get('--from') ?? [];
  const [to] = options.get('--to') ?? [];
  if (project !== undefined && from !== undefined && to !== undefined) return { project, from, to };
  const missing = [
    project === undefined && '--project is missing; name the project by its id or name.',
    from === undefined && '--from is missing; name the environment to take from.',
    to === undefined && '--to is missing; name the environment to compare with or to promote to.',
    ...missingForServer(settings, permission),
  ];
  throw new UsageError(missing.filter((each) => each !== false).join('\n'));
};

/** A failure must not look like a difference. */
const failing = async (work: () => Promise<string>): Promise<string> => {
  try {
    return await work();
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(error.message, FAILED) : error;
  }
};
