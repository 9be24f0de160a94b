import type { JointShare } from '@halyard/control-plane/exposure';
import type { Flag } from '@halyard/engine';
import { prerequisiteStrings as strings } from '../strings/prerequisites.ts';
import { sharesOf } from './summary.ts';
import { percent, plain, variation, type Words } from './words.ts';

/** `on for at most 12.5% of everyone, with all prerequisites.` */
export const jointWords = (flag: Flag, { share, named }: JointShare): Words => {
  const off = flag.off_variation === undefined ? flag.default_variation : flag.off_variation;
  const served = new Set(
    [
      flag.default_variation,
      ...flag.rules.flatMap((rule) => sharesOf(rule).map((each) => each.variation)),
    ].filter((name) => name !== off),
  );
  const [only, ...others] = served;
  if (share === 0 && !named) return [plain(strings.nobody)];
  return [
    ...(flag.enabled ? [] : [plain(strings.onceOn)]),
    only !== undefined && others.length === 0 ? variation(only) : plain(strings.anything),
    plain(strings.atMost(percent(share))),
    ...(named ? [plain(strings.named)] : []),
    plain(strings.together),
  ];
};
