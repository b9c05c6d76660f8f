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

/** Resolves once it plays; `done` when it has ended. Rejects with the server's refusal; null: nothing was recorded. */
export async function playLine(seat: string, version: number, line: number, done: () => void): Promise<Playing | null> {
  const path = seatPath(seat, `/transcript/${version}/lines/${line}/sound`);
  const { started_at, ended_at, pieces } = await get<Pieces>(path);
  const first = pieces[0];
  if (!first) return null;
  const element = document.createElement('audio');
  const buffer = new Buffer(element);
  const base = first[0];
  const seconds = (at: number) => Math.max(0, (at - base) / 1000);
  let ended = false;

  function stop(): void {
    if (ended) return;
    ended = true;
    element.pause();
    buffer.close();
    done();
  }

  try {
    for (const [at] of pieces) {
      const response = await request(`${path}/${at}`, {}, 20_000);
      await buffer.append(await response.arrayBuffer(), response.headers.get('content-type') ?? '', seconds(at));
    }
    element.currentTime = element.buffered.length ? Math.max(seconds(started_at), element.buffered.start(0)) : seconds(started_at);
    const last = element.buffered.length ? Math.min(seconds(ended_at), element.buffered.end(element.buffered.length - 1)) : 0;
    element.addEventListener('timeupdate', () => element.currentTime >= last - 0.05 && stop());
    element.addEventListener('error', stop);
    await element.play();
  } catch (error) {
    stop();
    throw error;
  }
  return { stop };
}
