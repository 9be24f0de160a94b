import { PROBLEMS } from '../http/problems.ts';
import type { OpenApiDocument } from './document.ts';

/** The reference page, made from the document alone: what it says is what is validated. */
export const referencePage = (document: OpenApiDocument): string => {
  const calls = callsOf(document);
  const tags = [...new Set(calls.map((call) => call.tag))];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Halyard API</title>
<link rel="stylesheet" href="docs/reference.css">
</head>
<body>
<nav aria-label="Calls">
<a class="title" href="#top">Halyard API</a>
${tags.map((tag) => navigation(tag, calls)).join('\n')}
<a href="#errors">Errors</a>
<a href="#schemas">Schemas</a>
<a href="openapi.json">openapi.json</a>
</nav>
<main id="top">
<h1>Halyard API</h1>
<p>${prose(text(document.info.description))}</p>
<p>Every call carries <code>Authorization: Bearer hly_…</code> (or <code>X-API-Key</code>). Answers come in an envelope:
<code>success</code>, <code>errors</code>, <code>messages</code>, <code>result</code>, and for lists <code>result_info</code>.</p>
${tags.map((tag) => section(tag, document, calls)).join('\n')}
<section id="errors"><h2>Errors</h2>
<table><thead><tr><th>Status</th><th>Code</th><th>When</th></tr></thead><tbody>
${Object.values(PROBLEMS)
  .map(({ status, code, when }) => `<tr><td>${status}</td><td>${code}</td><td>${prose(when)}</td></tr>`)
  .join('\n')}
</tbody></table></section>
<section id="schemas"><h2>Schemas</h2>
${Object.entries(members(members(document.components)['schemas']))
  .map(([name, schema]) => namedSchema(name, schema))
  .join('\n')}
</section>
</main>
</body>
</html>
`;
};

interface DocumentedCall {
  readonly method: string;
  readonly path: string;
  readonly tag: string;
  readonly operation: Members;
}

type Members = { readonly [name: string]: unknown };

/** The document is JSON: what is not an object has no members. */
const members = (value: unknown): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const callsOf = (document: OpenApiDocument): DocumentedCall[] =>
  Object.entries(members(document.paths)).flatMap(([path, item]) =>
    Object.entries(members(item)).map(([method, operation]) => ({
      method,
      path,
      tag: text(list(members(operation)['tags'])[0]),
      operation: members(operation),
    })),
  );

const navigation = (tag: string, calls: readonly DocumentedCall[]): string =>
  `<h2>${escaped(tag)}</h2>\n<ul>${calls
    .filter((call) => call.tag === tag)
    .map(
      ({ operation }) =>
        `<li><a href="#${escaped(text(operation['operationId']))}">${escaped(text(operation['summary']))}</a></li>`,
    )
    .join('')}</ul>`;

const section = (tag: string, document: OpenApiDocument, calls: readonly DocumentedCall[]): string => {
  const about = (document.tags ?? []).find(({ name }) => name === tag)?.description ?? '';
  return `<section><h2>${escaped(tag)}</h2><p>${prose(about)}</p>
${calls
  .filter((call) => call.tag === tag)
  .map(callBlock)
  .join('\n')}</section>`;
};

const callBlock = ({ method, path, operation }: DocumentedCall): string => {
  const parameters = list(operation['parameters']).map(members);
  const body = members(members(operation['requestBody'])['content']);
  return `<article id="${escaped(text(operation['operationId']))}">
<h3>${escaped(text(operation['summary']))}</h3>
<p class="call"><span class="method ${escaped(method)}">${escaped(method.toUpperCase())}</span> <code>${escaped(path)}</code></p>
${text(operation['description'])
  .split('\n\n')
  .map((line) => `<p>${prose(line)}</p>`)
  .join('\n')}
${parameters.length === 0 ? '' : parameterTable(parameters)}
${Object.entries(body)
  .map(
    ([type, media]) =>
      `<details open><summary>Body, <code>${escaped(type)}</code></summary>${schemaBlock(members(media)['schema'])}</details>`,
  )
  .join('\n')}
${Object.entries(members(operation['responses']))
  .map(([status, response]) => responseBlock(status, members(response)))
  .join('\n')}
</article>`;
};

const parameterTable = (parameters: readonly Members[]): string =>
  `<table><thead><tr><th>Parameter</th><th>In</th><th>What</th></tr></thead><tbody>${parameters
    .map(
      (parameter) =>
        `<tr><td><code>${escaped(text(parameter['name']))}</code>${parameter['required'] === true ? ' <b>required</b>' : ''}</td><td>${escaped(
          text(parameter['in']),
        )}</td><td>${prose(text(parameter['description']) || text(members(parameter['schema'])['description']))}</td></tr>`,
    )
    .join('')}</tbody></table>`;

const responseBlock = (status: string, response: Members): string => {
  const [media] = Object.entries(members(response['content']));
  const fine = status.startsWith('2');
  const about = prose(text(response['description']));
  return fine && media !== undefined
    ? `<details><summary>${status}, <code>${escaped(media[0])}</code></summary>${schemaBlock(members(media[1])['schema'])}</details>`
    : `<p class="refusal"><b>${status}</b> ${about}</p>`;
};

const namedSchema = (name: string, schema: unknown): string =>
  `<article id="schema-${escaped(name)}"><h3>${escaped(name)}</h3>${
    text(members(schema)['description']) === '' ? '' : `<p>${prose(text(members(schema)['description']))}</p>`
  }${schemaBlock(schema)}</article>`;

const REFERENCE = /"\$ref": "#\/components\/schemas\/([A-Za-z0-9_.-]+)"/g;

/** JSON Schema as it is, with links to what it refers to. */
const schemaBlock = (schema: unknown): string =>
  `<pre>${escaped(JSON.stringify(schema ?? {}, null, 2).replaceAll(REFERENCE, '"$ref": →$1←')).replaceAll(
    /→([A-Za-z0-9_.-]+)←/g,
    '<a href="#schema-$1">$1</a>',
  )}</pre>`;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (plain: string): string => plain.replaceAll(/[&<>"']/g, (one) => ESCAPES[one] ?? one);

/** Escaped, with `code` as code. */
const prose = (plain: string): string => escaped(plain).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
