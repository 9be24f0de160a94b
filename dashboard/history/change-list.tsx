import { Text, VisuallyHidden } from '@mantine/core';
import { strings } from '../strings.ts';
import type { ChangeInWords } from '../words/change.ts';
import { Sentence } from '../words/sentence.tsx';
import classes from './history.module.css';

/** Changed fields, one a line: what it is, what it was, what it is now. */
export const ChangeList = ({ changes }: { readonly changes: readonly ChangeInWords[] }) => (
  <dl className={classes['changes']}>
    {changes.map((change) => (
      <div key={change.path} className={classes['change']}>
        <Text component="dt" size="sm" c="dimmed">
          {change.label}
        </Text>
        <Text component="dd" size="sm" m={0}>
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
        </Text>
      </div>
    ))}
  </dl>
);
