/** From what was measured to a verdict and a score from 0 to 100. Pure. */
import type { Verdict } from '@/protocol.gen';

export interface LineNumbers {
  protocol: 'udp' | 'tcp' | 'none';
  up_kbit: number | null;
  down_kbit: number | null;
  rtt_ms: number | null;
  loss_permille: number | null;
}

export type LineWord = 'none' | 'loss' | 'slow_up' | 'slow_down' | 'far' | 'tcp' | 'good';

/** Each limit as [good from, bad from]: what a hearing of six pictures and one's own needs. */
const UP = [1000, 300] as const; // kbit/s
const DOWN = [3000, 800] as const;
const TRIP = [150, 400] as const; // ms
const LOSS = [20, 80] as const; // thousandths

/** 1 at the good limit or better, 0 at the bad one or worse; what was not measured counts as fair. */
export function share(value: number | null, [good, bad]: readonly [number, number]): number {
  if (value === null) return 0.6;
  return Math.min(1, Math.max(0, (value - bad) / (good - bad)));
}

/** Loss hurts sound first, so it weighs most. */
export function lineScore(line: LineNumbers): number {
  if (line.protocol === 'none') return 0;
  const weighed =
    share(line.loss_permille, LOSS) * 35 +
    share(line.up_kbit, UP) * 25 +
    share(line.down_kbit, DOWN) * 20 +
    share(line.rtt_ms, TRIP) * 20;
  return Math.round(line.protocol === 'tcp' ? weighed * 0.9 : weighed);
}

/** The one thing that most needs doing something about. */
export function lineWord(line: LineNumbers): LineWord {
  if (line.protocol === 'none') return 'none';
  const parts: [LineWord, number][] = [
    ['loss', share(line.loss_permille, LOSS)],
    ['slow_up', share(line.up_kbit, UP)],
    ['slow_down', share(line.down_kbit, DOWN)],
    ['far', share(line.rtt_ms, TRIP)],
  ];
  const [word, worst] = parts.reduce((a, b) => (b[1] < a[1] ? b : a));
  if (worst < 0.6) return word;
  return line.protocol === 'tcp' ? 'tcp' : 'good';
}

export function lineVerdict(line: LineNumbers): Verdict {
  const score = lineScore(line);
  const word = lineWord(line);
  if (word === 'none' || score < 40) return 'bad';
  return score >= 75 && (word === 'good' || word === 'tcp') ? 'good' : 'fair';
}

const WORTH: Record<Verdict, number> = { good: 100, fair: 65, bad: 0, untested: 0 };

/** Of the whole check; what was not tested counts for nothing, so that it is done. */
export function wholeScore(parts: Record<'camera' | 'microphone' | 'loudspeaker', Verdict>, line: number): number {
  const sound = WORTH[parts.microphone] * 0.3 + WORTH[parts.loudspeaker] * 0.2;
  return Math.round(sound + WORTH[parts.camera] * 0.15 + line * 0.35);
}
