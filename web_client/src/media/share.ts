/** One's own screen, with its sound where the browser gives it. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { useHearing } from '@/hearing/store';
import { useMedia } from './store';

const SCREEN: DisplayMediaStreamOptions = { video: { frameRate: { max: 15 } }, audio: true };

export const canShare = (): boolean => !!navigator.mediaDevices?.getDisplayMedia;

export const useShare = defineStore('share', () => {
  const media = useMedia();
  const hearing = useHearing();
  const shared = shallowRef<MediaStream | null>(null);
  const asking = ref(false);
  const running = computed(() => shared.value !== null);
  /** What one shares oneself, without its sound. */
  const picture = computed(() => shared.value && new MediaStream(shared.value.getVideoTracks()));

  /** False when the person chose nothing; rejects with the server's refusal. */
  async function start(): Promise<boolean> {
    const stream = await ask();
    if (!stream) return false;
    try {
      await send(stream);
      return true;
    } catch (error) {
      await end(stream);
      throw error;
    }
  }

  async function ask(): Promise<MediaStream | null> {
    asking.value = true;
    try {
      return await navigator.mediaDevices.getDisplayMedia(SCREEN);
    } catch {
      return null;
    } finally {
      asking.value = false;
    }
  }

  async function send(stream: MediaStream): Promise<void> {
    const [screen] = stream.getVideoTracks();
    const [sound] = stream.getAudioTracks();
    if (!screen) return;
    screen.contentHint = 'detail'; // letters before smoothness
    screen.addEventListener('ended', () => void end(stream));
    await media.sendExtra('screen', screen);
    shared.value = stream;
    if (sound) await media.sendExtra('screen_sound', sound);
  }

  const stop = () => (shared.value ? end(shared.value) : Promise.resolve());

  async function end(stream: MediaStream): Promise<void> {
    for (const track of stream.getTracks()) track.stop();
    shared.value = null;
    await Promise.all([media.stopExtra('screen'), media.stopExtra('screen_sound')]);
  }

  watch(
    () => hearing.me?.sources.screen,
    (now, before) => before !== undefined && now === undefined && void stop(), // by the judge, or by going out
  );

  return { running, asking, picture, start, stop };
});
