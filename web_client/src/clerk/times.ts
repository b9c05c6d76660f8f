/** The moment with a time of day (HH:MM, or with seconds) on the day of `near`; null for none. */
export function momentOf(time: string, near: number): number | null {
  const found = /^(\d\d):(\d\d)(?::(\d\d))?$/.exec(time);
  if (!found) return null;
  const [hours = 0, minutes = 0, seconds = 0] = found.slice(1).map((part) => Number(part ?? 0));
  return new Date(near).setHours(hours, minutes, seconds, 0);
}
