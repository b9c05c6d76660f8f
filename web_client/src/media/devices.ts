/** This browser's camera and microphone: which there are, which is used, and why one is not. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { Device } from '@/protocol.gen';

export type Kind = 'camera' | 'microphone';

/** Stereo would switch echo cancelling off in browsers. */
const AUDIO: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  channelCount: 1,
};
const VIDEO: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 30, max: 30 },
};

export const useDevices = defineStore('devices', () => {
  const tracks = shallowRef<Record<Kind, MediaStreamTrack | null>>({ camera: null, microphone: null });
  const states = ref<Record<Kind, Device>>({ camera: 'unknown', microphone: 'unknown' });
  const chosen = ref<Record<Kind, string>>({ camera: '', microphone: '' });
  const list = shallowRef<MediaDeviceInfo[]>([]);
  const asking = ref(false);
  const listeners = new Set<(kind: Kind, track: MediaStreamTrack | null) => void>();

  const reports = computed(() => ({ ...states.value }));
  const cameras = computed(() => list.value.filter((device) => device.kind === 'videoinput'));
  const microphones = computed(() => list.value.filter((device) => device.kind === 'audioinput'));
  const picture = computed(() => (tracks.value.camera ? new MediaStream([tracks.value.camera]) : null));

  /** Ask for both at once, so that the browser asks the person once; then for each alone. */
  async function open(): Promise<void> {
    asking.value = true;
    try {
      const stream = await capture({ video: constraints('camera'), audio: constraints('microphone') });
      use('camera', stream.getVideoTracks()[0] ?? null, 'ready');
      use('microphone', stream.getAudioTracks()[0] ?? null, 'ready');
    } catch {
      await openOne('microphone');
      await openOne('camera');
    } finally {
      asking.value = false;
      await refresh();
    }
  }

  /** After `close`, what was there before. */
  async function reopen(): Promise<void> {
    for (const kind of ['camera', 'microphone'] as const) {
      if (!tracks.value[kind] && states.value[kind] === 'ready') await openOne(kind);
    }
  }

  async function openOne(kind: Kind): Promise<void> {
    try {
      const wanted = kind === 'camera' ? { video: constraints(kind) } : { audio: constraints(kind) };
      const stream = await capture(wanted);
      use(kind, stream.getTracks()[0] ?? null, 'ready');
    } catch (error) {
      use(kind, null, verdict(error));
    }
  }

  async function choose(kind: Kind, deviceId: string): Promise<void> {
    chosen.value = { ...chosen.value, [kind]: deviceId };
    tracks.value[kind]?.stop(); // some systems open a device once only
    await openOne(kind);
    await refresh();
  }

  function constraints(kind: Kind): MediaTrackConstraints {
    const deviceId = chosen.value[kind];
    const wanted = kind === 'camera' ? VIDEO : AUDIO;
    return deviceId ? { ...wanted, deviceId: { exact: deviceId } } : wanted;
  }

  function use(kind: Kind, track: MediaStreamTrack | null, state: Device): void {
    const before = tracks.value[kind];
    if (before && before !== track) before.stop();
    track?.addEventListener('ended', () => {
      if (tracks.value[kind] === track) use(kind, null, 'missing');
    });
    tracks.value = { ...tracks.value, [kind]: track };
    states.value = { ...states.value, [kind]: state };
    for (const listener of listeners) listener(kind, track);
  }

  async function refresh(): Promise<void> {
    list.value = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    for (const kind of ['camera', 'microphone'] as const) {
      const id = tracks.value[kind]?.getSettings().deviceId;
      if (id) chosen.value = { ...chosen.value, [kind]: id };
    }
  }

  /** Tell `listener` of every track that starts or ends; returns how to stop telling. */
  function onTrack(listener: (kind: Kind, track: MediaStreamTrack | null) => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  function close(): void {
    for (const track of Object.values(tracks.value)) track?.stop();
    tracks.value = { camera: null, microphone: null };
  }

  navigator.mediaDevices?.addEventListener('devicechange', () => void refresh());

  return {
    tracks, states, chosen, asking, reports, cameras, microphones, picture,
    open, reopen, openOne, choose, onTrack, close,
  };
});

/** Without a secure origin browsers have no mediaDevices at all. */
function capture(constraints: MediaStreamConstraints): Promise<MediaStream> {
  if (!navigator.mediaDevices) return Promise.reject(new DOMException('', 'NotFoundError'));
  return navigator.mediaDevices.getUserMedia(constraints);
}

function verdict(error: unknown): Device {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  if (name === 'NotReadableError' || name === 'AbortError') return 'busy';
  return 'missing';
}
