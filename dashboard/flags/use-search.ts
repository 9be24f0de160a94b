import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';

const PAUSE_MS = 200;

/**
 * The text of a search, which the list follows with every letter. The address follows when one pauses: it is told by `tell`. What it
 * says for another reason (back, a link) is taken over; what it was told is not, because by then more may have been typed.
 */
export const useSearch = (
  inAddress: string,
  tell: (text: string) => void,
): readonly [string, (text: string) => void] => {
  const [text, setText] = useState(inAddress);
  const told = useRef(inAddress);
  const tellLater = useDebouncedCallback((typed: string) => {
    told.current = typed;
    tell(typed);
  }, PAUSE_MS);
  useEffect(() => {
    if (inAddress === told.current) return;
    told.current = inAddress;
    setText(inAddress);
  }, [inAddress]);
  const type = (typed: string): void => {
    setText(typed);
    tellLater(typed);
  };
  return [text, type];
};
