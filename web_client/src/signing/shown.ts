/** Which pages were on the screen, each part of them for a moment: nobody reads what flies past. Pure. */

const BANDS = 8; // parts of a page
const MOMENT = 250; // ms that a part stays in sight

/** What of a page is in sight, in shares of its height. */
export type Sight = ReadonlyMap<number, readonly [from: number, to: number]>;

export class Shown {
  private readonly seen: boolean[];
  private readonly since = new Map<number, number>();

  /** `before`: the pages that were shown in an earlier sitting. */
  constructor(private readonly pages: number, before = 0) {
    this.seen = Array.from({ length: pages * BANDS }, (_, band) => band < before * BANDS);
  }

  /** What is in sight at a moment (ms); a part counts once it has stayed there from one look to a later one. */
  look(now: number, sight: Sight): void {
    for (let band = 0; band < this.seen.length; band += 1) {
      const page = Math.floor(band / BANDS) + 1;
      const [from, to] = sight.get(page) ?? [0, 0];
      const middle = ((band % BANDS) + 0.5) / BANDS;
      if (middle < from || middle > to) this.since.delete(band);
      else if (!this.since.has(band)) this.since.set(band, now);
      else if (now - (this.since.get(band) ?? now) >= MOMENT) this.seen[band] = true;
    }
  }

  /** Pages 1 to this have been shown whole. */
  get upTo(): number {
    const missing = this.seen.indexOf(false);
    return missing < 0 ? this.pages : Math.floor(missing / BANDS);
  }

  get all(): boolean {
    return this.upTo === this.pages;
  }

  /** Where something was passed over, when what comes after it has been shown: its page, and how far down. */
  get passedOver(): { page: number; at: number } | null {
    const missing = this.seen.indexOf(false);
    if (missing < 0 || this.seen.lastIndexOf(true) < missing) return null;
    return { page: Math.floor(missing / BANDS) + 1, at: (missing % BANDS) / BANDS };
  }
}
