import { parsePatch, parseSplitWeights } from '../../flags/body/parse-body.ts';
import { SplitResult, SplitWeights } from '../../flags/body/schema-changes.ts';
import { FlagSchema } from '../../flags/body/schema-flag.ts';
import { RulePatch } from '../../flags/body/schema-rule.ts';
import { patchRule } from '../../flags/decide/patch-rule.ts';
import { type Reweighted, reweightSplit } from '../../flags/decide/reweight-split.ts';
import { flagAfter, noSuchFlag } from '../../flags/decide/write.ts';
import { flagView } from '../../flags/view.ts';
import type { Committed } from '../../model/commit.ts';
import { Problem } from '../../model/problem.ts';
import type { Answer, Call } from '../http/call.ts';
import { commit } from '../http/commit.ts';
import { type AnyServed, serve } from '../http/operation.ts';
import { FLAG, flagOf } from '../http/paths.ts';
import type { Setting } from '../http/setting.ts';
import { writtenFlag } from './flags.ts';

const tag = 'Flags';
const RULE = `${FLAG}/rules/{priority}`;

const ReweightedFlag = FlagSchema.partial().extend(SplitResult.shape).openapi('ReweightedFlag', {
  description:
    'The flag as it now is, and how many contexts moved. A dry run answers `moved` and `split` beside what every dry run does.',
});

const priorityOf = ({ params }: Pick<Call, 'params'>): number => {
  const text = params['priority'] ?? '';
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new Problem('not_found', {
    message: `There is no rule of priority ${JSON.stringify(text)}; expected a whole number of at least 1.`,
  });
};

/** The call refuses to be made without If-Match, so it is there. */
const versionOf = ({ ifMatch }: Pick<Call, 'ifMatch'>): number => {
  if (ifMatch !== null) return ifMatch;
  throw new Problem('precondition_required', {
    message:
      'If-Match is *; expected the version of the flag that the change was made from, as If-Match: "7".',
  });
};

export const ruleOperations = (setting: Setting): readonly AnyServed[] => [
  serve(
    {
      id: 'patchRule',
      tag,
      summary: 'Change one rule',
      description:
        'JSON Merge Patch (RFC 7396) of the rule, so that two people who ramp two rules do not overwrite each other.',
      method: 'patch',
      path: RULE,
      needs: 'write',
      writes: true,
      dryRun: 'one',
      ifMatch: 'required',
      body: { schema: RulePatch, parse: parsePatch },
      answers: { schema: FlagSchema },
      problems: ['not_found'],
    },
    (call) => {
      const key = flagOf(call);
      const write = patchRule(key, priorityOf(call), call.body, versionOf(call));
      return commit(call, setting, write, (committed) => writtenFlag(flagAfter(committed, key), key));
    },
  ),

  serve(
    {
      id: 'reweightRule',
      tag,
      summary: 'Give the variations of a rule new weights',
      description:
        'Moves the least possible share of contexts. A rule with a rollout, or that serves one variation, becomes a split that gives everybody the same first.',
      method: 'put',
      path: `${RULE}/split`,
      needs: 'write',
      writes: true,
      dryRun: 'one',
      ifMatch: 'required',
      body: { schema: SplitWeights, parse: parseSplitWeights },
      answers: { schema: ReweightedFlag },
      problems: ['not_found'],
    },
    (call) => {
      const key = flagOf(call);
      const write = reweightSplit(key, priorityOf(call), call.body, versionOf(call));
      const moving = ({ answer: { moved, split } }: Committed<Reweighted>) => ({ moved, split });
      const respond = (committed: Committed<Reweighted>): Answer => {
        const flag = flagAfter(committed, key);
        if (flag === null) throw noSuchFlag(key);
        return {
          ...writtenFlag(flag, key),
          result: { ...flagView(flag), ...moving(committed) },
        };
      };
      return commit(call, setting, write, respond, (committed) => ({ result: moving(committed) }));
    },
  ),
];
