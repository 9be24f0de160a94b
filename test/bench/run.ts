/**
 * The benchmark: `npm run bench`, or with less patience `npm run bench -- --rounds 3 --ms 40`. Prints the tables and writes them
 * to RESULTS.md. Every subject is first checked to answer right.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { compile, type Flag } from '@halyard/engine';
import { checkAnswers } from './check.ts';
import { type Candidate, type Effort, measureAll, type Timed } from './measure.ts';
import { openFeatureCandidates } from './openfeature.ts';
import {
  dependantCandidates,
  editOfSegment,
  prerequisiteCandidates,
  segmentCandidates,
} from './references.ts';
import { sizeOf } from './size.ts';
import type { Load, Subject } from './subject.ts';
import { loadConfigCat } from './subjects/configcat.ts';
import { loadFeaturevisor } from './subjects/featurevisor.ts';
import { loadFlagd } from './subjects/flagd.ts';
import { loadGrowthBook } from './subjects/growthbook.ts';
import { loadHalyard } from './subjects/halyard.ts';
import { loadHandWritten } from './subjects/hand-written.ts';
import { loadLaunchDarkly } from './subjects/launchdarkly.ts';
import { loadStatsig } from './subjects/statsig.ts';
import { loadUnleash } from './subjects/unleash.ts';
import { contexts, many, single, type Wanted, WORKLOADS } from './workloads.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, ms: { type: 'string', default: '150' } },
});
const effort: Effort = { rounds: Number(values.rounds), ms: Number(values.ms) };

const PEERS: readonly Load[] = [
  loadFlagd,
  loadUnleash,
  loadGrowthBook,
  loadLaunchDarkly,
  loadFeaturevisor,
  loadConfigCat,
  loadStatsig,
];

const lines: string[] = [];
const say = (...text: readonly string[]): void => {
  console.log(text.join('\n'));
  lines.push(...text);
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]): void => {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  say(line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line), '');
};

const ns = (value: number): string =>
  value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
const times = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)}×`;

const prepared = ({ prepare }: Subject): readonly unknown[] => contexts.map(prepare);

const loadAll = async (loads: readonly Load[], wanted: readonly Wanted[]): Promise<readonly Subject[]> => {
  const subjects: Subject[] = [];
  for (const load of loads) subjects.push(await load(wanted));
  return subjects;
};

const closeAll = async (subjects: readonly Subject[]): Promise<void> => {
  for (const { close } of subjects) await close?.();
};

const singleDecisions = async (): Promise<void> => {
  const subjects = await loadAll([loadHalyard, loadHandWritten, ...PEERS], single);
  for (const subject of subjects) await checkAnswers(subject);
  const inputs = new Map(subjects.map((subject) => [subject, prepared(subject)]));
  const columns: (readonly Timed[])[] = [];
  for (const { key } of single) {
    columns.push(
      await measureAll(
        subjects.map((subject) => ({
          name: subject.name,
          decide: subject.decide(key),
          inputs: inputs.get(subject) ?? [],
        })),
        effort,
      ),
    );
  }
  const cell = (row: number, column: number): number => columns[column]?.[row]?.ns ?? Number.NaN;
  const hasCell = (row: number, column: number): boolean => !(row === 1 && single[column]?.workload === 'F3');
  say('## One decision', '', 'Nanoseconds, and how many times what Halyard takes.', '');
  table(
    ['', ...single.map(({ workload }) => workload)],
    subjects.map(({ name, version }, row) => [
      `${name} ${version}`.trim(),
      ...single.map((_, column) =>
        hasCell(row, column)
          ? `${ns(cell(row, column))}${row === 0 ? '' : ` (${times(cell(row, column) / cell(0, column))})`}`
          : '',
      ),
    ]),
  );
  const fastest = single.map((_, column) =>
    Math.min(...subjects.slice(2).map((_, peer) => cell(peer + 2, column))),
  );
  table(
    ['', ...single.map(({ workload }) => workload)],
    [
      [
        'fastest peer over Halyard (goal: at least 5×)',
        ...fastest.map((peer, column) => times(peer / cell(0, column))),
      ],
      [
        'Halyard over a hand-written `if` (goal: at most 2×)',
        ...single.map((_, column) => (hasCell(1, column) ? times(cell(0, column) / cell(1, column)) : '')),
      ],
    ],
  );
  say(...Object.entries(WORKLOADS).map(([name, text]) => `- ${name}: ${text}`), '');
  await closeAll(subjects);
};

const bulk = async (): Promise<void> => {
  const subjects = await loadAll([loadHalyard, ...PEERS], many);
  const candidates = subjects.map((subject): Candidate => {
    const each = many.map(({ key }) => subject.decide(key));
    const one = async (context: never): Promise<number> => {
      let on = 0;
      for (const decide of each) if ((await decide(context)) === true) on += 1;
      return on;
    };
    const oneAtOnce = (context: never): number => {
      let on = 0;
      for (const decide of each) if (decide(context) === true) on += 1;
      return on;
    };
    const inputs = prepared(subject).slice(0, 20);
    const waits = each[0]?.(inputs[0] as never) instanceof Promise;
    return {
      name: subject.name,
      decide: subject.decideAll ?? (waits ? one : oneAtOnce),
      inputs,
      decisions: many.length,
    };
  });
  const timed = await measureAll(candidates, effort);
  const [ours = Number.NaN, ...peers] = timed.map((one) => one.ns);
  say(
    '## A thousand flags for one context',
    '',
    'Nanoseconds a flag, by the subject’s own call for all flags where it has one.',
    '',
  );
  table(
    ['', 'ns a flag', ''],
    timed.map((one, index) => [one.name, ns(one.ns), index === 0 ? '' : times(one.ns / ours)]),
  );
  say(`Fastest peer over Halyard (goal: at least 5×): ${times(Math.min(...peers) / ours)}`, '');
  await closeAll(subjects);
};

const manyRules = async (): Promise<void> => {
  const flagWith = (rules: number): Flag => ({
    key: `rules-${rules}`,
    enabled: true,
    variations: { on: true, off: false },
    default_variation: 'off',
    rules: Array.from({ length: rules }, (_, index) => ({
      priority: index + 1,
      conditions: [
        { attribute: 'targetingKey', operator: 'equals', value: `user-${index * Math.floor(1000 / rules)}` },
      ],
      serve_variation: 'on',
    })),
  });
  const timed = await measureAll(
    [10, 100, 1000].map((rules) => {
      const flag = compile(flagWith(rules), 'bench');
      return { name: `${rules} rules`, decide: (context) => flag.evaluate(context), inputs: contexts };
    }),
    effort,
  );
  say('## Many rules on one attribute', '', 'Goal: 1,000 within 2× of 10.', '');
  table(
    ['', 'ns', ''],
    timed.map((one) => [one.name, ns(one.ns), times(one.ns / (timed[0]?.ns ?? Number.NaN))]),
  );
};

const references = async (): Promise<void> => {
  say('## Segments and flags that depend on flags', '');
  for (const [candidates, goal] of [
    [segmentCandidates(), 'at most 5 ns more'],
    [prerequisiteCandidates(), 'at most 12 ns more'],
    [dependantCandidates(), 'at most 1.15×; nanoseconds a flag'],
  ] as const) {
    const timed = await measureAll(candidates, effort);
    const [base = Number.NaN] = timed.map((one) => one.ns);
    table(
      [`goal: ${goal}`, 'ns', 'more', ''],
      timed.map((one) => [one.name, ns(one.ns), (one.ns - base).toFixed(1), times(one.ns / base)]),
    );
  }
  const { applied, answered, again } = await editOfSegment(effort.rounds);
  say(
    `An edit of a segment that 1,000 flags use, at an edge (goal: at most 5 ms): applied after ${applied.toFixed(2)} ms; the next answer of all flags takes ${answered.toFixed(2)} ms, the one after that ${again.toFixed(2)} ms.`,
    '',
  );
};

const throughOpenFeature = async (): Promise<void> => {
  const { server, web, close } = await openFeatureCandidates();
  for (const [title, candidates] of [
    ['## Through the OpenFeature server SDK', server],
    ['## Through the OpenFeature web SDK', web],
  ] as const) {
    const timed = await measureAll(candidates, effort);
    say(
      title,
      '',
      'F2 by its boolean call. Goal for the provider: within 1.05× of one that does nothing.',
      '',
    );
    table(
      ['', 'ns', ''],
      timed.map((one) => [one.name, ns(one.ns), times(one.ns / (timed[0]?.ns ?? Number.NaN))]),
    );
  }
  await close();
};

const sizes = (): void => {
  say(
    '## Large apps',
    '',
    'JSON text to compiled flags; then one flag replaced at a time. Goal: 10,000 flags in under 1 s and 60 MB, and one change at the same cost at any size.',
    '',
  );
  table(
    ['flags', 'load', 'heap', 'one flag replaced'],
    [100, 10_000, 100_000]
      .map(sizeOf)
      .map(({ flags, loadMs, heapMb, updateUs }) => [
        flags.toLocaleString('en'),
        `${Math.round(loadMs)} ms`,
        `${heapMb.toFixed(1)} MB`,
        `${updateUs.toFixed(1)} µs`,
      ]),
  );
};

say(
  '# Benchmark',
  '',
  `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}. Medians of ${effort.rounds} interleaved rounds of ${effort.ms} ms each; 1,000 different contexts of 8 attributes. Made by \`npm run bench\`.`,
  '',
);
await singleDecisions();
await manyRules();
await bulk();
await references();
sizes();
await throughOpenFeature();
writeFileSync(new URL('RESULTS.md', import.meta.url), `${lines.join('\n').trimEnd()}\n`);
process.exit(0);
