/** The board of today's hearings, carried on by what is pushed. Pure. */
import type { CentreRow, CentreTask, NodeHealth } from '@/api/centre';

export type Board = ReadonlyMap<string, CentreRow>;
export type Filter = 'all' | 'live' | 'alarm' | 'open' | 'over';
export const FILTERS: readonly Filter[] = ['all', 'live', 'alarm', 'open', 'over'];

const LIVE = ['waiting', 'in_session', 'paused'];
const OVER = ['closed', 'cancelled', 'suspended'];

export function withRows(board: Board, rows: readonly CentreRow[]): Board {
  const next = new Map(board);
  for (const row of rows) next.set(row.hearing, row);
  return next;
}

export function without(board: Board, hearing: string): Board {
  const next = new Map(board);
  next.delete(hearing);
  return next;
}

/** What lasts and nobody has ticked off. */
export const alarmsOf = (row: CentreRow): CentreTask[] =>
  row.tasks.filter((task) => task.ended_at === null && task.done_at === null);

/** Begun, and its time is over: what the end of the day must not leave behind. */
export const leftOpen = (row: CentreRow, now: number): boolean => LIVE.includes(row.phase) && now > row.ends_at;

export function fits(row: CentreRow, filter: Filter, now: number): boolean {
  if (filter === 'live') return LIVE.includes(row.phase);
  if (filter === 'alarm') return alarmsOf(row).length > 0;
  if (filter === 'open') return leftOpen(row, now);
  return filter === 'all' || OVER.includes(row.phase);
}

export function found(row: CentreRow, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return true;
  return [row.number, row.title, row.courtroom, row.judge].some((each) => each.toLowerCase().includes(wanted));
}

/** By their time, those that are over at the end. */
export function inTime(rows: Iterable<CentreRow>): CentreRow[] {
  const late = (row: CentreRow) => Number(OVER.includes(row.phase));
  return [...rows].sort((a, b) => late(a) - late(b) || a.planned_at - b.planned_at || a.hearing.localeCompare(b.hearing));
}

export interface Listed {
  row: CentreRow;
  task: CentreTask;
}

/** What is still to be seen to: grave before the rest, what lasts before what has passed, the oldest first. */
export function outstanding(board: Board): Listed[] {
  const all = [...board.values()].flatMap((row) => row.tasks.filter((task) => task.done_at === null).map((task) => ({ row, task })));
  const rank = ({ task }: Listed) => (task.ended_at === null ? 0 : 2) + (task.grave ? 0 : 1);
  return all.sort((a, b) => rank(a) - rank(b) || a.task.since - b.task.since);
}

/** What was ticked off, the last first. */
export function done(board: Board): Listed[] {
  const all = [...board.values()].flatMap((row) => row.tasks.filter((task) => task.done_at !== null).map((task) => ({ row, task })));
  return all.sort((a, b) => (b.task.done_at ?? 0) - (a.task.done_at ?? 0));
}

export type Part = 'loop' | 'disk' | 'recorder' | 'database' | 'media';

/** Whether each part of the node is as it should be. */
export function partsOf(node: NodeHealth): Record<Part, boolean> {
  return {
    loop: node.loop_ms < 200,
    disk: node.disk_free > 5e9 && node.disk_free > node.disk_total * 0.05,
    recorder: node.recorder,
    database: node.database_ms !== null && node.database_ms < 1000,
    media: node.media_port > 0,
  };
}
