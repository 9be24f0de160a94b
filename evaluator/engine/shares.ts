/** What a flag gives to whom, in percent: the part of the engine that needs no operators, for pages that only show it. */
export { holdsAll, isCatchAll, type OpenRule, type OpenShare, openRules } from './open-rules.ts';
export { sharesOf } from './split.ts';
