/** The sound of one line from the recording: its segments put together, played from the line's beginning to its end. */
import { get, request } from '@/api/http';
import { seatPath } from '@/api/seats';
import { Buffer } from '@/playback/buffer';

interface Pieces {
  started_at: number;
  ended_at: number;
  pieces: [started_at: number, ended_at: number][];
}

export interface Playing {
  stop(): void;
}

/** Fetched and ready to be played, once. */
export interface Loaded {
  /** Resolves once it plays; `done` when it has ended. `from`: ms after the line's beginning. */
  play(done: () => void, from?: number): Promise<Playing>;
  close(): void;
}

/** Where the sound of a line is: of a version, of what is read back, or as it stands, for the court. */
export const linePath = {
  printed: (seat: string, version: number, line: number) => seatPath(seat, `/transcript/${version}/lines/${line}/sound`),
  readBack: (seat: string, number: number, line: number) => seatPath(seat, `/read-back/${number}/lines/${line}/sound`),
  desk: (seat: string, line: number) => seatPath(seat, `/lines/${line}/sound`),
};

/** Rejects with the server's refusal; null: nothing was recorded. */
export async function loadLine(path: string): Promise<Loaded | null> {
  const { started_at, ended_at, pieces } = await get<Pieces>(path);
  const base = pieces[0]?.[0];
  if (base === undefined) return null;
  const element = document.createElement('audio');
  const buffer = new Buffer(element);
  const seconds = (at: number) => Math.max(0, (at - base) / 1000);
  let closed = false;

  function close(): void {
    if (closed) return;
    closed = true;
    element.pause();
    buffer.close();
  }

  async function play(done: () => void, from = 0): Promise<Playing> {
    const { buffered } = element;
    let ended = false;
    function stop(): void {
      if (ended) return;
      ended = true;
      close();
      done();
    }
    const first = buffered.length ? buffered.start(0) : 0;
    const last = buffered.length ? Math.min(seconds(ended_at), buffered.end(buffered.length - 1)) : 0;
    element.currentTime = Math.max(seconds(started_at + from), first);
    element.addEventListener('timeupdate', () => element.currentTime >= last - 0.05 && stop());
    element.addEventListener('error', stop);
    await element.play();
    return { stop };
  }

  try {
    for (const [at] of pieces) {
      const response = await request(`${path}/${at}`, {}, 20_000);
      await buffer.append(await response.arrayBuffer(), response.headers.get('content-type') ?? '', seconds(at));
    }
  } catch (error) {
    close();
    throw error;
  }
  return { play, close };
}

/** Resolves once it plays; `done` when it has ended. Rejects with the server's refusal; null: nothing was recorded. */
export async function playLine(path: string, done: () => void): Promise<Playing | null> {
  const loaded = await loadLine(path);
  try {
    return (await loaded?.play(done)) ?? null;
  } catch (error) {
    loaded?.close();
    throw error;
  }
}
