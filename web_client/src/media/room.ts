/** A second camera, on the whole room: for the bench and the recorder alone. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { useMedia } from './store';

const VIDEO: MediaTrackConstraints = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 15, max: 30 } };

export const useRoomCamera = defineStore('room-camera', () => {
  const media = useMedia();
  const chosen = ref(''); // a deviceId, or none
  const track = shallowRef<MediaStreamTrack | null>(null);
  const running = computed(() => track.value !== null);

  /** Rejects when the browser or the server refuses; then there is none. */
  async function choose(deviceId: string): Promise<void> {
    await close();
    if (!deviceId) return;
    const video = { ...VIDEO, deviceId: { exact: deviceId } };
    const [camera] = (await navigator.mediaDevices.getUserMedia({ video })).getVideoTracks();
    if (!camera) return;
    camera.addEventListener('ended', () => void close());
    chosen.value = deviceId;
    track.value = camera;
    try {
      await media.sendExtra('room', camera);
    } catch (error) {
      await close();
      throw error;
    }
  }

  async function close(): Promise<void> {
    track.value?.stop();
    track.value = null;
    chosen.value = '';
    await media.stopExtra('room');
  }

  return { chosen, running, track, choose, close };
});
