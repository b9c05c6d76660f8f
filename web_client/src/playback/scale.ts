/** The part of the hearing that the drawn timeline shows, and where a moment lies in it. Pure. */
export interface View {
  from: number; // Unix ms
  to: number;
}

export const CLOSEST = 30_000; // ms that are shown at least

export const place = (view: View, at: number, width: number) => ((at - view.from) / Math.max(1, view.to - view.from)) * width;
export const moment = (view: View, x: number, width: number) => view.from + (x / Math.max(1, width)) * (view.to - view.from);

/** Nearer by `factor` (further when under 1), the moment `at` staying where it is. */
export function zoomed(view: View, whole: View, at: number, factor: number): View {
  const length = Math.min(Math.max((view.to - view.from) / factor, CLOSEST), whole.to - whole.from);
  const share = (at - view.from) / Math.max(1, view.to - view.from);
  return within({ from: at - share * length, to: at + (1 - share) * length }, whole);
}

/** Shifted into the whole. */
export function within(view: View, whole: View): View {
  const length = Math.min(view.to - view.from, Math.max(1, whole.to - whole.from));
  const from = Math.min(Math.max(view.from, whole.from), whole.to - length);
  return { from, to: from + length };
}

/** The view that has `at` in it: the same, or one that begins a little before it. */
export function following(view: View, whole: View, at: number): View {
  if (at >= view.from && at <= view.to) return view;
  const length = view.to - view.from;
  return within({ from: at - length * 0.1, to: at + length * 0.9 }, whole);
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200].map((seconds) => seconds * 1000);

/** Times to write beneath, a round step apart, about `gap` px. */
export function marks(view: View, width: number, gap = 110): number[] {
  const step = STEPS.find((one) => (one / Math.max(1, view.to - view.from)) * width >= gap) ?? STEPS[STEPS.length - 1]!;
  const found = [];
  for (let at = Math.ceil(view.from / step) * step; at <= view.to; at += step) found.push(at);
  return found;
}
