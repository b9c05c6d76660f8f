/** A short sound for the judge: an objection sounds unlike a raised hand. */
import { ref } from 'vue';
import type { RequestView } from '@/protocol.gen';

const NOTES: Record<RequestView['kind'], number[]> = { hand: [587.33], objection: [987.77, 1318.51, 987.77] }; // Hz
const LENGTH = 0.13; // seconds a note
const KEY = 'tone';

export const toneOn = ref(localStorage.getItem(KEY) !== 'off');

export function switchTone(): void {
  toneOn.value = !toneOn.value;
  localStorage.setItem(KEY, toneOn.value ? 'on' : 'off');
}

export async function sound(kind: RequestView['kind']): Promise<void> {
  if (!toneOn.value) return;
  const context = new AudioContext();
  NOTES[kind].forEach((frequency, n) => ring(context, frequency, context.currentTime + n * LENGTH));
  await new Promise((resolve) => setTimeout(resolve, NOTES[kind].length * LENGTH * 1000 + 150));
  await context.close();
}

function ring(context: AudioContext, frequency: number, at: number): void {
  const oscillator = new OscillatorNode(context, { frequency });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.2, at + 0.01);
  gain.gain.linearRampToValueAtTime(0, at + LENGTH - 0.01);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + LENGTH);
}
