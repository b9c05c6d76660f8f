/** How loud a media element plays, 0 to 1: also where a browser (iOS) lets no page set it. */
import { onScopeDispose, watch, type Ref } from 'vue';

export function useVolume(video: Ref<HTMLVideoElement | undefined>, stream: () => MediaStream, volume: () => number): void {
  let stop = () => {};

  function set(element: HTMLVideoElement | undefined, sound: MediaStream, loud: number): void {
    stop();
    stop = () => {};
    if (!element) return;
    element.volume = loud;
    if (Math.abs(element.volume - loud) > 0.01 && !element.muted) stop = byGain(element, sound, loud);
  }

  watch([video, stream, volume], ([element, sound, loud]) => set(element, sound, loud), { flush: 'post' });
  onScopeDispose(() => stop());
}

/** The element is silent and the sound goes through a gain node instead. */
function byGain(element: HTMLVideoElement, stream: MediaStream, loud: number): () => void {
  if (!stream.getAudioTracks().length) return () => {};
  const context = new AudioContext();
  const gain = new GainNode(context, { gain: loud });
  context.createMediaStreamSource(stream).connect(gain).connect(context.destination);
  element.muted = true;
  return () => {
    element.muted = false;
    void context.close();
  };
}
