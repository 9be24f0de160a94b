import { type PointerEvent, type RefObject, useEffect, useRef, useState } from 'react';

/** So near the edge of the window the page scrolls along, by this much a movement. */
const EDGE_PX = 70;
const SCROLL_PX = 14;

const middleOf = (element: Element): number => {
  const { top, height } = element.getBoundingClientRect();
  return top + height / 2;
};

interface RuleDrag {
  /** The id of the rule that is being dragged. */
  readonly dragged: string | null;
  /** For `onPointerDown` of the rule's handle. */
  readonly begin: (id: string, event: PointerEvent<HTMLElement>) => void;
}

/**
 * Moves the items of a list with a mouse, a finger or a pen: the list is in its new order while one drags, and Escape takes it back.
 * Not the browser's own drag and drop, which knows no fingers. `move` is given the place among the others, from 0.
 */
export const useRuleDrag = (
  list: RefObject<HTMLElement | null>,
  move: (id: string, to: number) => void,
): RuleDrag => {
  const [dragged, setDragged] = useState<string | null>(null);
  const stop = useRef<(() => void) | null>(null);
  useEffect(() => () => stop.current?.(), []);

  const begin = (id: string, event: PointerEvent<HTMLElement>): void => {
    const item = event.currentTarget.closest('li');
    if (item === null || event.button !== 0 || stop.current !== null) return;
    const from = [...(list.current?.children ?? [])].indexOf(item);
    let at = from;
    const to = (place: number): void => {
      if (place === at) return;
      at = place;
      move(id, place);
    };
    const follow = ({ clientY }: globalThis.PointerEvent): void => {
      const others = [...(list.current?.children ?? [])].filter((each) => each !== item);
      to(others.filter((each) => middleOf(each) < clientY).length);
      if (clientY < EDGE_PX) window.scrollBy(0, -SCROLL_PX);
      else if (clientY > window.innerHeight - EDGE_PX) window.scrollBy(0, SCROLL_PX);
    };
    const cancel = (): void => {
      to(from);
      stop.current?.();
    };
    const takeBack = ({ key }: KeyboardEvent): void => {
      if (key === 'Escape') cancel();
    };
    const end = (): void => stop.current?.();
    stop.current = () => {
      stop.current = null;
      setDragged(null);
      window.removeEventListener('pointermove', follow);
      window.removeEventListener('pointerup', end);
      window.removeEventListener('pointercancel', cancel);
      window.removeEventListener('keydown', takeBack);
    };
    window.addEventListener('pointermove', follow);
    window.addEventListener('pointerup', end);
    window.addEventListener('pointercancel', cancel);
    window.addEventListener('keydown', takeBack);
    setDragged(id);
  };
  return { dragged, begin };
};
