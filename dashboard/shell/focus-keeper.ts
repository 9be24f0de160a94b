import { useEffect } from 'react';

/** A dialog gives the focus back by itself, a moment after it is gone. */
const AFTER_MS = 150;

const path = (element: Element): readonly Element[] => {
  const ancestors: Element[] = [];
  for (let at = element.parentElement; at !== null && at !== document.body; at = at.parentElement)
    ancestors.push(at);
  return ancestors;
};

const focus = (element: Element): void => {
  if (!(element instanceof HTMLElement)) return;
  // Only reached by us: it is no stop of the Tab key.
  if (!element.hasAttribute('tabindex')) element.setAttribute('tabindex', '-1');
  element.dataset['keepsFocus'] = '';
  element.focus({ preventScroll: true });
};

/**
 * Where what had the focus leaves the page (a rule was removed, a bar went away after saving, another page opened), the focus goes to the
 * nearest thing around it that is still there, and not to the document, from where a keyboard would begin again at the top.
 */
export const useFocusKeeper = (): void =>
  useEffect(() => {
    let last: Element | null = null;
    let around: readonly Element[] = [];
    let checking = 0;
    const remember = ({ target }: FocusEvent): void => {
      if (!(target instanceof Element)) return;
      last = target;
      around = path(target);
    };
    const check = (): void => {
      if (document.activeElement !== document.body || last === null || last.isConnected) return;
      const place = around.find((each) => each.isConnected && each.closest('main, [role="dialog"]') !== null);
      const home = place ?? document.getElementById('content');
      if (home !== null) focus(home);
    };
    const observer = new MutationObserver(() => {
      clearTimeout(checking);
      checking = window.setTimeout(check, AFTER_MS);
    });
    document.addEventListener('focusin', remember);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      document.removeEventListener('focusin', remember);
      observer.disconnect();
      clearTimeout(checking);
    };
  }, []);
