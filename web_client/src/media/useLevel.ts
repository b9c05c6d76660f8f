/** The loudness of a microphone track, 0 to 1, about 15 times a second. */
import { onScopeDispose, ref, watch, type Ref } from 'vue';

const INTERVAL = 66; // ms

export function useLevel(track: Ref<MediaStreamTrack | null>): Ref<number> {
  const level = ref(0);
  let stop = () => {};
  watch(track, (now) => {
    stop();
    level.value = 0;
    stop = now ? measure(now, (value) => (level.value = value)) : () => {};
  }, { immediate: true });
  onScopeDispose(() => stop());
  return level;
}

function measure(track: MediaStreamTrack, tell: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    const decibel = 10 * Math.log10(power + 1e-9);
    tell(Math.min(1, Math.max(0, (decibel + 60) / 50)));
  }, INTERVAL);
  const wake = () => void context.resume();
  addEventListener('pointerdown', wake);
  return () => {
    clearInterval(timer);
    removeEventListener('pointerdown', wake);
    void context.close();
  };
}
