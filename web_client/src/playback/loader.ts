/** Fetches pieces a few at a time, the most urgent first. */
type Job = { urgency: () => number; start: () => void };

export class Loader {
  private running = 0;
  private waiting: Job[] = [];
  private most = Infinity;

  constructor(private readonly atOnce = 5) {}

  /** `urgency` is asked when a place is free: the lowest goes first. */
  async run<T>(urgency: () => number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.turn(urgency, signal);
    try {
      return await work();
    } finally {
      this.running -= 1;
      this.next();
    }
  }

  /** Nothing less urgent than this is begun until another limit is set. */
  limit(most: number): void {
    if (most === this.most) return;
    this.most = most;
    this.next();
  }

  private turn(urgency: () => number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const job: Job = { urgency, start: resolve };
      signal.addEventListener('abort', () => {
        const place = this.waiting.indexOf(job);
        if (place < 0) return;
        this.waiting.splice(place, 1);
        reject(signal.reason as Error);
      });
      this.waiting.push(job);
      queueMicrotask(() => this.next());
    });
  }

  private next(): void {
    while (this.running < this.atOnce && this.waiting.length) {
      const first = this.waiting.reduce((best, job) => (job.urgency() < best.urgency() ? job : best));
      if (first.urgency() > this.most) return;
      this.waiting.splice(this.waiting.indexOf(first), 1);
      this.running += 1;
      first.start();
    }
  }
}
