/**
 * The client's fold against the server's: tests/signaling/test_fold.py walks hearings and writes, for each
 * reader, what the server told and the view that it would give anew; both must agree after every step.
 */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { applyEvent } from '@/hearing/fold';
import type { EventTold, HearingView } from '@/protocol.gen';

interface Step {
  command: string;
  told: EventTold[] | HearingView;
  view: HearingView;
}
interface Walk {
  reader: string;
  seed: number;
  start: HearingView;
  steps: Step[];
}

const path = process.env.FOLD_WALKS;
const walks = path ? (JSON.parse(readFileSync(path, 'utf-8')) as Walk[]) : [];

it.runIf(path).each(walks)('walk $seed: the view of $reader stays that of the server', ({ reader, start, steps }) => {
  let view = start;
  steps.forEach(({ command, told, view: expected }, index) => {
    view = Array.isArray(told) ? told.reduce((state, one) => applyEvent(state, one, reader), view) : told;
    expect(view, `step ${index}: ${command}`).toEqual(expected);
  });
});
