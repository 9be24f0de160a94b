import { useState } from 'react';
import classes from './long-text.module.css';
import { ShowAll } from './show-all.tsx';

interface LongTextProps {
  readonly text: string;
  /** Characters shown at first. */
  readonly max?: number;
}

/** Somebody's own text: its direction does not touch what is around it, and a long one is cut until it is opened. */
export const LongText = ({ text, max = 160 }: LongTextProps) => {
  const [open, setOpen] = useState(false);
  // A little more than the bound is not worth a button.
  if (text.length <= max + 40) return <bdi className={classes['text']}>{text}</bdi>;
  return (
    <>
      <bdi className={classes['text']} data-open={open}>
        {open ? text : `${[...text.slice(0, max)].join('').trimEnd()}…`}
      </bdi>{' '}
      <ShowAll open={open} setOpen={setOpen} length={text.length} />
    </>
  );
};
