/** A friendly two-note sound for the check of the loudspeaker. */
const NOTES = [523.25, 659.25]; // Hz: C5, E5
const LENGTH = 0.45; // seconds a note

/** Resolves when it has been played; rejects when the browser cannot play at all. */
export async function playTone(): Promise<void> {
  const context = new AudioContext();
  await context.resume();
  NOTES.forEach((frequency, index) => ring(context, frequency, context.currentTime + index * LENGTH));
  await new Promise((resolve) => setTimeout(resolve, NOTES.length * LENGTH * 1000 + 100));
  await context.close();
}

function ring(context: AudioContext, frequency: number, at: number): void {
  const oscillator = new OscillatorNode(context, { frequency });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.linearRampToValueAtTime(0.25, at + 0.03);
  gain.gain.setValueAtTime(0.25, at + LENGTH - 0.1);
  gain.gain.linearRampToValueAtTime(0, at + LENGTH);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + LENGTH);
}
