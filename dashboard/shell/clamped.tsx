import { type ReactNode, useState } from 'react';
import classes from './clamped.module.css';
import { ShowAll } from './show-all.tsx';

/** Longer than this is shown in part: some four lines of a wide page. */
const LONG = 320;

interface ClampedProps {
  /** How many characters it has. */
  readonly length: number;
  readonly children: ReactNode;
}

/** Shows the beginning of what is long, and the rest when it is asked for. */
export const Clamped = ({ length, children }: ClampedProps) => {
  const [open, setOpen] = useState(false);
  if (length <= LONG) return children;
  return (
    <>
      <span className={open ? undefined : classes['clamped']}>{children}</span>
      <ShowAll open={open} setOpen={setOpen} length={length} />
    </>
  );
};
