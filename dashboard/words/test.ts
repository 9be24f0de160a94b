import type { FlagTest } from '@halyard/engine';
import { plain, value, variation, type Words } from './words.ts';

/** `“pro users”: {"plan":"pro"} → on` */
export const testWords = ({ name, context, expect }: FlagTest): Words => [
  value(`“${name}”`),
  plain(`: ${JSON.stringify(context)} → `),
  ...(expect.variant === undefined ? [] : [variation(expect.variant)]),
  ...(expect.value === undefined ? [] : [plain(' '), value(JSON.stringify(expect.value))]),
  ...(expect.reason === undefined ? [] : [plain(` ${expect.reason}`)]),
];
