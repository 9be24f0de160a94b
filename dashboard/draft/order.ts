/** The items with one moved to a place, which is clamped to the list. */
export const movedTo = <T extends { readonly id: string }>(
  items: readonly T[],
  id: string,
  place: number,
): readonly T[] => {
  const moved = items.find((item) => item.id === id);
  if (moved === undefined) return items;
  const others = items.filter((item) => item.id !== id);
  return others.toSpliced(Math.min(Math.max(place, 0), others.length), 0, moved);
};
