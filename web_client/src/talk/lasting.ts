/** 04:07, or 1:04:07: how long something has gone on. */
export function lasting(since: number | null, now: number): string {
  const seconds = Math.max(0, Math.floor((now - (since ?? now)) / 1000));
  const pad = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}
