import type { ReactNode } from 'react';
import classes from './mark.module.css';

interface MarkProps {
  readonly tone: 'good' | 'changed' | 'bad' | 'plain';
  readonly children: ReactNode;
}

/** A word with a meaning, coloured so that it can be read on its own background in both schemes. */
export const Mark = ({ tone, children }: MarkProps) => (
  <span className={classes['mark']} data-tone={tone}>
    {children}
  </span>
);
