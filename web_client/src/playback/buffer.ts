/** One media element's source: appends, cuts away and never two things at once. Times in s. */

const HOURS = 100 * 3600; // s: longer than any hearing, so that every moment can be sought

export class Buffer {
  private readonly source = new MediaSource();
  private readonly url: string;
  private readonly open: Promise<void>;
  private buffer: SourceBuffer | null = null;
  private mime = '';
  private last: Promise<unknown> = Promise.resolve();
  private closed = false;

  constructor(private readonly element: HTMLMediaElement) {
    this.url = URL.createObjectURL(this.source);
    this.open = new Promise((resolve) => this.source.addEventListener('sourceopen', () => resolve(), { once: true }));
    element.src = this.url;
  }

  /** Put a fragment at its place; the place is where its time 0 lies. */
  append(data: ArrayBuffer, mime: string, at: number): Promise<void> {
    return this.inTurn(async () => {
      const buffer = this.prepare(mime);
      buffer.timestampOffset = at;
      try {
        await done(buffer, () => buffer.appendBuffer(data));
      } catch (error) {
        if ((error as Error).name !== 'QuotaExceededError') throw error;
        await this.cut(0, this.element.currentTime - 1);
        await this.cut(this.element.currentTime + 12, HOURS);
        await done(buffer, () => buffer.appendBuffer(data));
      }
    });
  }

  remove(start: number, end: number): Promise<void> {
    return this.inTurn(() => this.cut(start, end));
  }

  /** Whether there is something to show at `at`, or within `near` after it. */
  has(at: number, near = 0.003): boolean {
    const { buffered } = this.element;
    for (let n = 0; n < buffered.length; n++) {
      if (buffered.start(n) <= at + near && at < buffered.end(n)) return true;
    }
    return false;
  }

  close(): void {
    this.closed = true;
    this.element.removeAttribute('src');
    this.element.load();
    URL.revokeObjectURL(this.url);
  }

  private prepare(mime: string): SourceBuffer {
    if (!this.buffer) {
      this.source.duration = HOURS;
      this.buffer = this.source.addSourceBuffer(mime);
    } else if (mime !== this.mime) this.buffer.changeType(mime);
    this.mime = mime;
    return this.buffer;
  }

  private async cut(start: number, end: number): Promise<void> {
    const { buffer } = this;
    if (buffer && end > Math.max(0, start)) await done(buffer, () => buffer.remove(Math.max(0, start), end));
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.last.then(async () => {
      await this.open;
      if (!this.closed) await work();
    });
    this.last = turn.catch(() => undefined);
    return turn;
  }
}

function done(buffer: SourceBuffer, act: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (work: () => void) => () => {
      buffer.removeEventListener('updateend', ended);
      buffer.removeEventListener('error', failed);
      work();
    };
    const ended = end(resolve);
    const failed = end(() => reject(new Error('the browser does not take it')));
    buffer.addEventListener('updateend', ended);
    buffer.addEventListener('error', failed);
    try {
      act();
    } catch (error) {
      end(() => reject(error as Error))();
    }
  });
}
