import { z } from '@hono/zod-openapi';
import type { ImportedFrom } from '../../importers/import.ts';
import { TRANSLATORS, VENDORS, type Vendor } from '../../importers/index.ts';
import type { Outcome as FlagOutcome, Translation } from '../../importers/translation.ts';
import type { Committed } from '../../model/commit.ts';
import { type Issue, Problem } from '../../model/problem.ts';
import type { VendorDocument } from '../http/vendor-document.ts';

const TEXT = 'a string of 1 to 128 characters';
const text = (description: string) =>
  z.string().min(1, { error: TEXT }).max(128, { error: TEXT }).optional().openapi({ description });

/** What is said of an import from another vendor. */
export const fromParameters = {
  from: z
    .enum(VENDORS as [Vendor, ...Vendor[]], { error: `one of ${VENDORS.join(', ')}` })
    .optional()
    .openapi({ description: "Whose document the body is, as the vendor's SDKs, API or files have it." }),
  environment: text(
    "With `from`: the vendor's environment whose rules are meant, where the document has several.",
  ),
  targeting_key: text(
    'With `from`: the attribute that becomes `targetingKey`; default: the one that identifies a person at the vendor.',
  ),
  only: z
    .literal('exact', { error: '"exact"' })
    .optional()
    .openapi({ description: 'With `from`: flags that would answer somebody otherwise stay away too.' }),
};

type Parameters = { readonly [name in keyof typeof fromParameters]?: string | undefined };

/** Problem: `invalid` for parameters that say nothing without `from`, or about another vendor. */
export const checkParameters = (
  query: Parameters & { readonly flagship_account?: string | undefined },
): void => {
  const { from, environment, targeting_key, only, flagship_account } = query;
  const said = Object.entries({ environment, targeting_key, only }).find(([, value]) => value !== undefined);
  if (from === undefined && said !== undefined) {
    throw new Problem('invalid', {
      message: `${said[0]} is given without from; expected from=VENDOR with it.`,
    });
  }
  if (from !== undefined && from !== 'flagship' && flagship_account !== undefined) {
    throw new Problem('invalid', {
      message: `flagship_account is given with from=${from}; expected it with from=flagship, or without from.`,
    });
  }
};

export const mayBeYaml = (from: Vendor): boolean => from === 'flagd' || from === 'launchdarkly';

/** Problem: `invalid`, with pointers into the document. */
export const translated = (
  from: Vendor,
  { document }: VendorDocument,
  query: Parameters & { readonly flagship_account?: string | undefined },
): Translation => {
  const { environment, targeting_key: targetingKey, flagship_account: flagshipAccount } = query;
  return TRANSLATORS[from](document, {
    ...(environment === undefined ? {} : { environment }),
    ...(targetingKey === undefined ? {} : { targetingKey }),
    ...(flagshipAccount === undefined ? {} : { flagshipAccount }),
  });
};

/** What is wrong with a flag as it would be here, at the place that the vendor's document has it. */
export const relocated = (problem: Problem, { flags }: Translation): Problem => {
  const [first, ...others] = problem.issues.map((issue): Issue => {
    const { pointer, ...rest } = issue;
    const flag = flags[Number(/^\/(\d+)/.exec(pointer ?? '')?.[1] ?? Number.NaN)];
    if (flag === undefined) return rest;
    return { ...rest, pointer: flag.path, message: `${flag.key}: ${issue.message}` };
  });
  return first === undefined ? problem : new Problem(problem.kind, [first, ...others], problem.retryAfter);
};

export const reportedOf = ({ answer }: Committed<ImportedFrom>) => {
  const count = (outcome: FlagOutcome) => answer.report.filter((each) => each.outcome === outcome).length;
  return {
    report: answer.report,
    counts: { exact: count('exact'), differs: count('differs'), refused: count('refused') },
  };
};
