/** The one time of a playback: every element follows it. Times in ms; `now` is a steady clock's. */
export class MasterClock {
  private since: number | null = null; // when it began to run, by `now`
  private from: number;
  private speed = 1;

  constructor(from: number) {
    this.from = from;
  }

  get running(): boolean {
    return this.since !== null;
  }

  get rate(): number {
    return this.speed;
  }

  at(now: number): number {
    return this.since === null ? this.from : this.from + (now - this.since) * this.speed;
  }

  run(now: number): void {
    this.since ??= now;
  }

  hold(now: number): void {
    this.from = this.at(now);
    this.since = null;
  }

  seek(at: number, now: number): void {
    this.from = at;
    if (this.since !== null) this.since = now;
  }

  setRate(rate: number, now: number): void {
    this.seek(this.at(now), now);
    this.speed = rate;
  }
}
