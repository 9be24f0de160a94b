import { Text, VisuallyHidden } from '@mantine/core';
import { Clamped } from '../shell/clamped.tsx';
import { strings } from '../strings.ts';
import type { ChangeInWords } from '../words/change.ts';
import { Sentence } from '../words/sentence.tsx';
import { textOf, type Words } from '../words/words.ts';
import classes from './history.module.css';

const lengthOf = (words: Words | null): number => (words === null ? 0 : textOf(words).length);

const FromTo = ({ change }: { readonly change: ChangeInWords }) => (
  <>
    {change.from !== null && (
      <del className={classes['from']}>
        <VisuallyHidden>{strings.history.was}</VisuallyHidden>
        <Sentence words={change.from} />
      </del>
    )}
    {change.from !== null && change.to !== null && <span aria-hidden="true"> → </span>}
    {change.to === null ? (
      <em className={classes['gone']}> {strings.history.removed}</em>
    ) : (
      <ins className={classes['to']}>
        <VisuallyHidden>{strings.history.now}</VisuallyHidden>
        <Sentence words={change.to} />
      </ins>
    )}
  </>
);

/** Changed fields, one per line: what it is, what it was, what it is now. */
export const ChangeList = ({ changes }: { readonly changes: readonly ChangeInWords[] }) => (
  <dl className={classes['changes']}>
    {changes.map((change) => (
      <div key={change.path} className={classes['change']}>
        <Text component="dt" size="sm" c="dimmed" className={classes['label']}>
          <bdi>{change.label}</bdi>
        </Text>
        <Text component="dd" size="sm" m={0}>
          <Clamped length={lengthOf(change.from) + lengthOf(change.to)}>
            <FromTo change={change} />
          </Clamped>
        </Text>
      </div>
    ))}
  </dl>
);
