import { translateFlagd } from './flagd/translate.ts';
import { translateFlagship } from './flagship/translate.ts';
import { translateGrowthBook } from './growthbook/translate.ts';
import { translateLaunchDarkly } from './launchdarkly/translate.ts';
import type { Translate } from './translation.ts';
import { translateUnleash } from './unleash/translate.ts';

/** Whose documents can be imported. */
export const TRANSLATORS = {
  launchdarkly: translateLaunchDarkly,
  unleash: translateUnleash,
  flagd: translateFlagd,
  growthbook: translateGrowthBook,
  flagship: translateFlagship,
} as const satisfies Readonly<Record<string, Translate>>;

export type Vendor = keyof typeof TRANSLATORS;

/** In the order in which people should see them. */
export const VENDORS = Object.keys(TRANSLATORS) as readonly Vendor[];
