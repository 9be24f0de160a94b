import { count } from './count.ts';

/** The strip that stays at the top of a flag's page. */
export const stripStrings = {
  label: 'This flag now',
  off: 'Off: ',
  toAll: ' for everyone',
  targeted: (rules: number) => count(rules, 'rule with conditions', 'rules with conditions'),
  start: 'Start rollout',
  step: (percent: string) => `Next: ${percent}`,
  stepTitle: (key: string, percent: string) => `${key}: go to ${percent}?`,
  stepHelp: (percent: string, others: boolean) =>
    others ? `${percent} of everyone whom no rule with conditions decides: ` : `${percent} of everyone: `,
  stepConfirm: (percent: string) => `Go to ${percent}`,
  undo: 'Undo',
  undoLast: (key: string) => `Undo the last change to ${key}`,
  notFound: 'The last change was not found',
  reason: 'Give a reason',
} as const;
