import type { StoredFlag } from '../api.ts';
import { FlagReach } from '../reach/flag-reach.tsx';
import { askWithReason } from '../shell/ask.tsx';
import { switchStrings } from '../strings/switch.ts';
import { strings } from '../strings.ts';
import { Sentence } from '../words/sentence.tsx';
import { summaryWords } from '../words/summary.ts';
import { plain } from '../words/words.ts';
import type { FlagWrite } from './write-flag.ts';

const killHelp = ({ off_variation, default_variation }: StoredFlag): string =>
  off_variation === null
    ? switchStrings.killHelpOwnDefault
    : strings.ramp.killHelp(off_variation ?? default_variation);

/**
 * Turns a flag on or off after asking, the same way from wherever on the screen: it reaches everyone within moments, and one click
 * beside the intended row would be enough.
 */
export const askSwitch = (
  app: string,
  flag: StoredFlag,
  on: boolean,
  write: (asked: FlagWrite) => void,
): void =>
  askWithReason({
    title: on ? switchStrings.onTitle(flag.key) : strings.ramp.killTitle(flag.key),
    help: (
      <>
        {on ? <Sentence words={[plain(switchStrings.willServe), ...summaryWords(flag)]} /> : killHelp(flag)}
        <FlagReach app={app} flag={flag.key} patch={{ enabled: on }} />
      </>
    ),
    confirm: on ? switchStrings.turnOn : strings.ramp.killConfirm,
    danger: !on,
    go: (comment) =>
      write({
        change: (before) => ({ ...before, enabled: on }),
        said: strings.write.switched(flag.key, on),
        undone: strings.write.switched(flag.key, !on),
        ...(comment === '' ? {} : { comment }),
      }),
  });
