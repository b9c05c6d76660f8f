/** One track: its element follows the clock, with the segments around it and no more. */
import type { Fragment, Masked, Piece } from '@/api/playback';
import { Buffer } from './buffer';
import { correct, Drift } from './drift';
import type { Loader } from './loader';
import { stale, wanted } from './plan';
import { segmentAt } from './timeline';

const SEEN = new Set(['camera', 'screen', 'room']);
const TRIES = 2;
export const NOW = 1; // urgency of what is to be seen or heard at once: no more than this
const LATE = 0.02; // s that an element may be off when it starts

export type Fetch = (at: number, signal: AbortSignal) => Promise<Fragment>;
/** `none`: nothing was recorded here; `failed`: it cannot be played. */
export type State = 'ready' | 'loading' | 'none' | 'failed';

export class Track {
  readonly element: HTMLMediaElement;
  readonly pictured: boolean;
  fault = '';
  private segments: readonly Piece[] = [];
  private readonly loaded = new Map<number, Piece>();
  private readonly loading = new Map<number, AbortController>();
  private readonly failed = new Map<number, string>();
  private readonly tries = new Map<number, number>();
  private readonly buffer: Buffer;
  private readonly off = new Drift();
  private correcting = false;
  private refused = false;

  constructor(
    readonly party: string,
    readonly source: string,
    private readonly base: number, // Unix ms of the element's time 0
    private readonly loader: Loader,
    private readonly fetch: Fetch,
  ) {
    this.pictured = SEEN.has(source);
    this.element = document.createElement(this.pictured ? 'video' : 'audio');
    this.element.preservesPitch = true;
    this.element.disableRemotePlayback = true;
    if (this.element instanceof HTMLVideoElement) {
      this.element.playsInline = true;
      this.element.disablePictureInPicture = true;
      this.element.muted = true;
    }
    this.buffer = new Buffer(this.element);
  }

  update(segments: readonly Piece[]): void {
    this.segments = segments;
  }

  /** What was ordered about these spans has changed: what is held of them goes, and is asked for anew. */
  renew(spans: readonly Masked[]): void {
    this.failed.clear();
    this.tries.clear();
    for (const [start, end] of [...this.loaded.values()]) {
      if (!spans.some((span) => span.started_at < end && start < (span.ended_at ?? Infinity))) continue;
      this.loaded.delete(start);
      void this.buffer.remove(this.seconds(start), this.seconds(end)).catch(() => undefined);
    }
    for (const controller of this.loading.values()) controller.abort();
  }

  /** Whether a browser refused to play before the page was touched. */
  get blocked(): boolean {
    return this.refused;
  }

  /** Whether the element has given up, as Firefox's do when the loudspeakers are taken away: it takes nothing more. */
  get broken(): boolean {
    return this.element.error !== null;
  }

  state(at: number): State {
    const piece = segmentAt(this.segments, at);
    if (!piece) return 'none';
    if (this.failed.has(piece[0])) return 'failed';
    if (!this.loaded.has(piece[0])) return 'loading';
    if (!this.has(at)) return 'none'; // loaded, and this moment is not in it: cut out, or lost
    return this.element.seeking || this.element.readyState < 2 ? 'loading' : 'ready';
  }

  faultAt(at: number): string {
    const piece = segmentAt(this.segments, at);
    return piece ? (this.failed.get(piece[0]) ?? '') : '';
  }

  seek(at: number): void {
    for (const [start, controller] of this.loading) {
      if (!wanted(this.segments, at, 1).some(([first]) => first === start)) controller.abort();
    }
    this.element.pause();
    this.element.currentTime = this.seconds(at);
    this.correcting = false;
    this.off.forget();
  }

  /** Fetch what is near, let go what is far. */
  fill(at: number, rate: number): void {
    for (const piece of wanted(this.segments, at, rate)) {
      const [start] = piece;
      if (!this.loaded.has(start) && !this.loading.has(start) && !this.failed.has(start)) void this.load(piece, at);
    }
    for (const [start, end] of stale(this.loaded.values(), at)) {
      this.loaded.delete(start);
      void this.buffer.remove(this.seconds(start), this.seconds(end)).catch(() => undefined);
    }
    this.makeGood(at);
  }

  /** Keep with the clock. */
  follow(at: number, running: boolean, rate: number): void {
    const { element } = this;
    if (!running || !this.has(at)) {
      if (!element.paused) element.pause();
      if (!running && this.has(at) && Math.abs(element.currentTime - this.seconds(at)) > LATE && !element.seeking) {
        element.currentTime = this.seconds(at);
      }
      return;
    }
    if (element.paused) this.start(at, rate);
    else this.adjust(at, rate);
  }

  /** How far it is ahead of the clock, s; null when it does not play. */
  drift(at: number): number | null {
    const { element } = this;
    if (element.paused || element.seeking || element.readyState < 3) return null;
    return element.currentTime - this.seconds(at);
  }

  close(): void {
    for (const controller of this.loading.values()) controller.abort();
    this.element.pause();
    this.buffer.close();
    this.element.remove();
  }

  private start(at: number, rate: number): void {
    const { element } = this;
    this.off.forget();
    if (Math.abs(element.currentTime - this.seconds(at)) > LATE) element.currentTime = this.seconds(at);
    element.playbackRate = rate;
    element.play().then(
      () => (this.refused = false),
      (error: Error) => (this.refused = error.name === 'NotAllowedError'),
    );
  }

  private adjust(at: number, rate: number): void {
    const drift = this.drift(at);
    if (drift === null) {
      if (this.element.playbackRate !== rate && !this.correcting) this.element.playbackRate = rate;
      return;
    }
    const { jump, correcting, factor } = correct(this.off.seen(drift), this.correcting);
    this.correcting = correcting;
    if (jump) {
      this.off.forget();
      this.element.currentTime = this.seconds(at) + 0.05 * rate;
    }
    const wantedRate = rate * factor;
    if (Math.abs(this.element.playbackRate - wantedRate) > 0.004) this.element.playbackRate = wantedRate;
  }

  private async load(piece: Piece, asked: number): Promise<void> {
    const [start] = piece;
    const controller = new AbortController();
    this.loading.set(start, controller);
    // What is to be seen now comes first, then what is to be heard now, then the rest in its order.
    const urgency = () => (start <= asked ? (this.pictured ? 0 : NOW) : NOW + 1 + (start - asked) / 1000);
    try {
      const { data, mime } = await this.loader.run(urgency, controller.signal, () => this.fetch(start, controller.signal));
      await this.buffer.append(data, mime, this.seconds(start));
      if (controller.signal.aborted) await this.buffer.remove(this.seconds(start), this.seconds(piece[1]));
      else this.loaded.set(start, piece);
    } catch (error) {
      if (!controller.signal.aborted) this.fail(start, error as Error & { code?: string });
    } finally {
      this.loading.delete(start);
    }
  }

  /** What could not be reached is tried again; what is damaged is not. */
  private fail(start: number, error: Error & { code?: string }): void {
    const tries = (this.tries.get(start) ?? 0) + 1;
    this.tries.set(start, tries);
    const passing = ['unreachable', 'timeout', 'busy', 'too_many'].includes(error.code ?? '');
    if (passing) setTimeout(() => this.failed.delete(start), 2000 * tries);
    this.failed.set(start, error.code ?? 'not_played');
  }

  /** A browser may let go of what it was given, when memory is short: then once more. */
  private makeGood(at: number): void {
    const piece = segmentAt(this.segments, at);
    if (!piece || !this.loaded.has(piece[0]) || this.has(at) || this.element.seeking) return;
    if (this.holds(piece) || (this.tries.get(piece[0]) ?? 0) >= TRIES) return;
    this.tries.set(piece[0], (this.tries.get(piece[0]) ?? 0) + 1);
    this.loaded.delete(piece[0]);
  }

  /** Whether anything of a segment is in the buffer. */
  private holds([start, end]: Piece): boolean {
    const { buffered } = this.element;
    for (let n = 0; n < buffered.length; n++) {
      if (buffered.start(n) < this.seconds(end) - 0.1 && this.seconds(start) + 0.1 < buffered.end(n)) return true;
    }
    return false;
  }

  private has(at: number): boolean {
    return this.buffer.has(this.seconds(at));
  }

  private seconds(at: number): number {
    return (at - this.base) / 1000;
  }
}
