import { useEffect } from 'react';
import { strings } from '../strings.ts';

/** The tab's title: what the page is, then the product. */
export const useTitle = (...parts: readonly string[]): void => {
  const title = [...parts, strings.product].join(' · ');
  useEffect(() => {
    document.title = title;
  }, [title]);
};
