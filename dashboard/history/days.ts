/** A day of the reader's own zone, as `<input type="date">` has it, to and from instants. */

export const startOfDay = (day: string): string | undefined => instant(day, '00:00:00.000');
export const endOfDay = (day: string): string | undefined => instant(day, '23:59:59.999');

const instant = (day: string, time: string): string | undefined => {
  const date = new Date(`${day}T${time}`);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
};

export const dayOf = (at: string | undefined): string => {
  const date = new Date(at ?? '');
  if (Number.isNaN(date.getTime())) return '';
  const two = (number: number) => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
};
