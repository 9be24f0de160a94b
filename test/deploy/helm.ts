import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';

/**
 * As much of Helm's templates as our chart uses, because no registry that is reached here has Helm: actions, `define`, `include`, `if`,
 * `else`, `with`, `range`, and the functions below. What else a template says is refused.
 */
export const renderChart = (chart: string, values: object, release: string): readonly Manifest[] => {
  const manifest = parse(readFileSync(join(chart, 'Chart.yaml'), 'utf8'));
  const defaults = parse(readFileSync(join(chart, 'values.yaml'), 'utf8'));
  const root = {
    Values: merged(defaults, values),
    Release: { Name: release, Service: 'Helm' },
    Chart: { Name: manifest.name, Version: manifest.version, AppVersion: manifest.appVersion },
  };
  const folder = join(chart, 'templates');
  const files = readdirSync(folder).sort();
  const defined = new Map<string, readonly Node[]>();
  const parsed = files.map(
    (file) => [file, nodesOf(readFileSync(join(folder, file), 'utf8'), defined)] as const,
  );
  return parsed.flatMap(([file, nodes]) => {
    const text = write(nodes, { dot: root, variables: new Map([['$', root]]), defined });
    if (!file.endsWith('.yaml')) return [];
    return parseAllDocuments(text).flatMap((document) => {
      if (document.errors.length > 0) throw new Error(`${file}: ${document.errors[0]?.message}\n${text}`);
      const value: Manifest | null = document.toJS();
      return value === null ? [] : [value];
    });
  });
};

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  // biome-ignore lint/suspicious/noExplicitAny: tests look into manifests of every kind, and a wrong path fails the expectation.
  readonly spec: any;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const merged = (base: unknown, over: unknown): unknown => {
  if (!isRecord(base) || !isRecord(over)) return over;
  const both = { ...base };
  for (const [key, value] of Object.entries(over)) both[key] = key in base ? merged(base[key], value) : value;
  return both;
};

type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly code: string }
  | {
      readonly kind: 'block';
      readonly word: string;
      readonly code: string;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    };

const BLOCKS = ['if', 'with', 'range', 'define'];

/** Reads a template; what it defines goes into `defined`. */
const nodesOf = (template: string, defined: Map<string, readonly Node[]>): readonly Node[] => {
  const pieces = template
    .replaceAll(/\s*\{\{-/g, '{{')
    .replaceAll(/-\}\}\s*/g, '}}')
    .split(/\{\{\s*(.*?)\s*\}\}/s);
  let at = 0;
  const until = (...ends: readonly string[]): { nodes: readonly Node[]; end: string } => {
    const nodes: Node[] = [];
    for (; at < pieces.length; at += 1) {
      const piece = pieces[at] ?? '';
      if (at % 2 === 0) {
        if (piece !== '') nodes.push({ kind: 'text', text: piece });
        continue;
      }
      const [word = ''] = piece.split(/\s/, 1);
      if (ends.includes(word)) return { nodes, end: word };
      if (!BLOCKS.includes(word)) {
        nodes.push({ kind: 'action', code: piece });
        continue;
      }
      at += 1;
      const body = until('else', 'end');
      if (body.end === 'else') at += 1;
      const otherwise = body.end === 'else' ? until('end').nodes : [];
      const code = piece.slice(word.length).trim();
      if (word === 'define') defined.set(JSON.parse(code), body.nodes);
      else nodes.push({ kind: 'block', word, code, body: body.nodes, otherwise });
    }
    if (ends.length > 0) throw new Error(`A template has no ${ends.join(' or ')}.`);
    return { nodes, end: '' };
  };
  return until().nodes;
};

interface Scope {
  readonly dot: unknown;
  readonly variables: ReadonlyMap<string, unknown>;
  readonly defined: ReadonlyMap<string, readonly Node[]>;
}

/** What Go's templates take for true. */
const holds = (value: unknown): boolean =>
  isRecord(value) || Array.isArray(value) ? Object.keys(value).length > 0 : Boolean(value);

const write = (nodes: readonly Node[], scope: Scope): string =>
  nodes
    .map((node) => {
      if (node.kind === 'text') return node.text;
      if (node.kind === 'action') return String(resultOf(node.code, scope) ?? '');
      const { word, code, body, otherwise } = node;
      const loop = /^(\$\w+), (\$\w+) := (.*)$/.exec(code);
      const value = resultOf(loop?.[3] ?? code, scope);
      if (!holds(value)) return write(otherwise, scope);
      if (word === 'if') return write(body, scope);
      if (word === 'with') return write(body, { ...scope, dot: value });
      if (loop === null) throw new Error(`range ${code} names no variables.`);
      return Object.entries(Object(value))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, each]) => {
          const variables = new Map([...scope.variables, [loop[1] ?? '', key], [loop[2] ?? '', each]]);
          return write(body, { ...scope, dot: each, variables });
        })
        .join('');
    })
    .join('');

const indented = (spaces: unknown, text: unknown): string =>
  String(text).replaceAll(/^/gm, ' '.repeat(Number(spaces)));

const FUNCTIONS: Readonly<Record<string, (...parameters: readonly unknown[]) => unknown>> = {
  toYaml: (value) => stringify(value).trimEnd(),
  nindent: (spaces, text) => `\n${indented(spaces, text)}`,
  quote: (value) => JSON.stringify(String(value)),
  default: (fallback, value) => (holds(value) ? value : fallback),
  trunc: (length, text) => String(text).slice(0, Number(length)),
  trimSuffix: (suffix, text) =>
    String(text).endsWith(String(suffix)) ? String(text).slice(0, -String(suffix).length) : text,
  printf: (form, ...parameters) =>
    parameters.reduce((text, each) => String(text).replace('%s', String(each)), form),
  not: (value) => !holds(value),
};

/** A pipeline: what stands on the left is the last parameter of what stands on the right. */
const resultOf = (code: string, scope: Scope): unknown => {
  let piped: readonly unknown[] = [];
  for (const call of code.split(' | ')) {
    const [head = '', ...rest] = call.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
    const parameters = [...rest.map((each) => termOf(each, scope)), ...piped];
    if (head === 'include') {
      const [name, dot] = parameters;
      const nodes = scope.defined.get(String(name));
      if (nodes === undefined) throw new Error(`Nothing defines ${name}.`);
      piped = [write(nodes, { ...scope, dot })];
    } else if (/^[."$\d]/.test(head)) piped = [termOf(head, scope)];
    else {
      const work = FUNCTIONS[head];
      if (work === undefined) throw new Error(`${head} is not a function that is known here.`);
      piped = [work(...parameters)];
    }
  }
  return piped[0];
};

const termOf = (term: string, { dot, variables }: Scope): unknown => {
  if (/^["\d]/.test(term)) return JSON.parse(term);
  if (term === '.') return dot;
  const [start = '', ...path] = term.split('.');
  let value = start === '' ? dot : variables.get(start);
  if (start !== '' && !variables.has(start)) throw new Error(`${start} is not a variable here.`);
  for (const [index, name] of path.entries()) {
    if (!isRecord(value)) throw new Error(`${term}: there is nothing at ${path.slice(0, index).join('.')}.`);
    value = value[name];
  }
  return value;
};
