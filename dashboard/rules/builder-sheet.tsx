import { Button, Collapse, Modal } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { strings } from '../strings.ts';

const PHONE = '(max-width: 48em)';

interface BuilderSheetProps {
  readonly title: string;
  readonly open: boolean;
  readonly close: () => void;
  /** What keeps it from being saved, where its own place is covered. */
  readonly problem: ReactNode;
  readonly children: ReactNode;
}

/** Where a builder opens: below its sentence, or on a phone with the screen to itself. */
export const BuilderSheet = ({ title, open, close, problem, children }: BuilderSheetProps) => {
  const phone = useMediaQuery(PHONE, window.matchMedia(PHONE).matches);
  if (!phone) return <Collapse expanded={open}>{open && children}</Collapse>;
  return (
    <Modal opened={open} onClose={close} fullScreen title={title} transitionProps={{ duration: 0 }}>
      {problem}
      {children}
      <Button mt="md" fullWidth onClick={close}>
        {strings.rule.done}
      </Button>
    </Modal>
  );
};
