import { UnstyledButton } from '@mantine/core';
import { flagPage } from '../strings/flag-page.ts';
import classes from './show-all.module.css';

interface ShowAllProps {
  readonly open: boolean;
  readonly setOpen: (open: boolean) => void;
  /** How many characters there are. */
  readonly length: number;
}

/** Opens what is shown in part because it is long, and closes it again. */
export const ShowAll = ({ open, setOpen, length }: ShowAllProps) => (
  <UnstyledButton className={classes['button'] ?? ''} aria-expanded={open} onClick={() => setOpen(!open)}>
    {open ? flagPage.clamp.less : flagPage.clamp.all(length)}
  </UnstyledButton>
);
