import { CompiledApp, type Condition, type Evaluation, type Flag } from '@halyard/engine';
import type { Load } from '../subject.ts';
import { COMPANIES, MEMBERS, type Workload } from '../workloads.ts';

const rule = (priority: number, ...conditions: Condition[]) => ({
  priority,
  conditions,
  serve_variation: 'on',
});

const RULES: Readonly<Record<Workload, Flag['rules']>> = {
  F1: [],
  F2: [
    rule(1, {
      logical_operator: 'OR',
      clauses: [
        {
          logical_operator: 'AND',
          clauses: [
            { attribute: 'plan', operator: 'equals', value: 'enterprise' },
            { attribute: 'region', operator: 'equals', value: 'us' },
          ],
        },
        { attribute: 'email', operator: 'ends_with', value: '@example.com' },
      ],
    }),
  ],
  F3: [{ ...rule(1), rollout: { percentage: 25 } }],
  F4: COMPANIES.map((company, index) =>
    rule(
      index + 1,
      { attribute: 'company', operator: 'equals', value: company },
      { attribute: 'device', operator: 'equals', value: 'mobile' },
    ),
  ),
  F5: [rule(1, { attribute: 'targetingKey', operator: 'in', value: MEMBERS })],
};

export const flagOf = (key: string, workload: Workload): Flag => ({
  key,
  enabled: true,
  variations: { on: true, off: false },
  default_variation: 'off',
  // As it arrives: parsed from JSON.
  rules: JSON.parse(JSON.stringify(RULES[workload])),
});

const isOn = (evaluation: Evaluation | undefined): boolean =>
  evaluation?.kind === 'served' && evaluation.value === true;

export const loadHalyard: Load = (wanted) => {
  const app = new CompiledApp('bench');
  for (const { key, workload } of wanted) app.set(key, flagOf(key, workload));
  return {
    name: 'Halyard',
    version: 'this checkout',
    prepare: (context) => context,
    decide: (key) => {
      const flag = app.get(key);
      return (context) => isOn(flag?.evaluate(context));
    },
    decideAll: (context) => {
      let on = 0;
      app.evaluateAll(context, (_, evaluation) => {
        if (isOn(evaluation)) on += 1;
      });
      return on;
    },
  };
};
