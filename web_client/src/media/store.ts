/** Sound and picture of the hearing: what we send, and for every other party a stream of each group. */
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import { codeOf, PASSING, Refused } from '@/api/http';
import type { AskFunction } from '@/connection/socket';
import { useConnection } from '@/connection/store';
import { useHearing } from '@/hearing/store';
import { speaks } from '@/hearing/roles';
import type { ConsumerOpened, Source } from '@/protocol.gen';
import { useDevices, type Kind } from './devices';
import { groupOf, type Group } from './groups';
import type { MediaLink } from './link';

/** The code of the media plane is fetched while the self-check runs, not when somebody waits for it. */
const load = () => import('./link');
export const warmUpMedia = async () => (await load()).warmUp();

const RETRY = [500, 1000, 2000, 4000, 8000]; // ms, the last one again and again

/** What is sent beside camera and microphone, while somebody wants it. */
export type Extra = Exclude<Source, Kind>;
type Streams = Record<string, MediaStream>;

/** A refusal is about one track; anything else is the link's. */
const refused = (error: unknown): boolean => error instanceof Refused && !['timeout', 'unreachable'].includes(error.code);

interface Remote {
  consumer: string;
  group: Group;
  party: string;
  source: Source;
  track: MediaStreamTrack;
}

export const useMedia = defineStore('media', () => {
  const wanted = ref<Record<Kind, boolean>>({ camera: true, microphone: true });
  const groups = { person: shallowRef<Streams>({}), share: shallowRef<Streams>({}), room: shallowRef<Streams>({}) };
  const extras = new Map<Extra, MediaStreamTrack>();
  const pictured = shallowRef<ReadonlySet<string>>(new Set()); // whose camera comes here
  const blocked = ref(false); // the browser refused to play sound before a click
  const failed = ref(false); // the media plane could not be reached
  const remotes = new Map<string, Remote>();
  const devices = useDevices();
  let link: MediaLink | null = null;
  let again: { ask: AskFunction; capabilities: object } | null = null;
  let generation = 0;
  let tries = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;

  /** Called with every welcome: keep the transports if the server still has them, or make new ones. */
  async function start(ask: AskFunction, capabilities: object): Promise<void> {
    again = { ask, capabilities };
    const mine = ++generation;
    if (link && (await link.revive(ask))) return;
    if (mine === generation) await build();
  }

  async function build(): Promise<void> {
    if (!again) return;
    const mine = ++generation;
    const { MediaLink: Link } = await load();
    if (mine !== generation) return;
    link?.close();
    clear();
    const role = useHearing().me?.role;
    link = new Link(again.ask, { onTrack: add, onBroken }, again.capabilities, !role || speaks(role));
    try {
      await link.whenReady();
      await Promise.all((['microphone', 'camera'] as const).map((kind) => send(kind)));
      await Promise.all([...extras].map(([source, track]) => sendAgain(source, track)));
      failed.value = false;
      tries = 0;
    } catch {
      if (mine === generation) tryLater();
    }
  }

  function tryLater(): void {
    failed.value = true;
    clearTimeout(retry);
    retry = setTimeout(onBroken, RETRY[Math.min(tries++, RETRY.length - 1)]);
  }

  /** Only while the socket stands: without it, the next welcome builds anew. */
  function onBroken(): void {
    if (useConnection().state === 'entered') void build();
  }

  async function send(kind: Kind): Promise<void> {
    const track = devices.tracks[kind];
    if (track) await link?.send(kind, track, wanted.value[kind]);
  }

  async function consume(opened: ConsumerOpened): Promise<void> {
    const current = link;
    try {
      await current?.consume(opened);
    } catch (error) {
      if (!refused(error) && current === link && again) tryLater(); // a refusal: that track has gone meanwhile
    }
  }

  function add(opened: ConsumerOpened, track: MediaStreamTrack): void {
    const { consumer, party, source } = opened;
    for (const [id, remote] of remotes) {
      if (remote.party === party && remote.source === source) remotes.delete(id);
    }
    const remote = { consumer, group: groupOf(source), party, source, track };
    remotes.set(consumer, remote);
    refresh(remote);
  }

  function drop(consumer: string): void {
    link?.drop(consumer);
    const remote = remotes.get(consumer);
    remotes.delete(consumer);
    if (remote) refresh(remote);
  }

  /** A party's stream holds exactly its tracks; the object stays the same while it has any. */
  function refresh({ party, group }: Remote): void {
    const streams = groups[group];
    const cameras = [...remotes.values()].filter(({ source }) => source === 'camera');
    pictured.value = new Set(cameras.map((remote) => remote.party));
    const of = [...remotes.values()].filter((remote) => remote.party === party && remote.group === group);
    const tracks = of.map(({ track }) => track);
    const stream = streams.value[party];
    if (!tracks.length || !stream) {
      const { [party]: _, ...others } = streams.value;
      streams.value = tracks.length ? { ...others, [party]: new MediaStream(tracks) } : others;
      return;
    }
    for (const track of stream.getTracks()) if (!tracks.includes(track)) stream.removeTrack(track);
    for (const track of tracks) stream.addTrack(track);
  }

  /** Rejects with the server's refusal; then nothing is sent. With a link that breaks meanwhile the next one
   *  sends it. */
  async function sendExtra(source: Extra, track: MediaStreamTrack): Promise<void> {
    extras.set(source, track);
    const current = link;
    try {
      await current?.send(source, track, true);
    } catch (error) {
      if (extras.get(source) !== track || current !== link) return;
      if (!refused(error)) return tryLater();
      extras.delete(source);
      throw error;
    }
  }

  /** Over a new link. What the server has no longer ends as if its device had gone; it breaks no link. */
  async function sendAgain(source: Extra, track: MediaStreamTrack): Promise<void> {
    try {
      await link?.send(source, track, true);
    } catch (error) {
      if (!refused(error) || PASSING.has(codeOf(error))) throw error;
      track.stop();
      track.dispatchEvent(new Event('ended')); // a track that is stopped here says nothing of it
    }
  }

  /** Also when the server has ended it already. */
  async function stopExtra(source: Extra): Promise<void> {
    if (!extras.delete(source)) return;
    await link?.stopSending(source).catch(() => undefined);
  }

  async function turn(kind: Kind, on: boolean): Promise<void> {
    wanted.value = { ...wanted.value, [kind]: on };
    const track = devices.tracks[kind];
    if (on && !track) return devices.openOne(kind);
    if (track) track.enabled = on;
    await (on ? link?.resume(kind) : link?.pause(kind));
  }

  devices.onTrack((kind, track) => {
    if (useConnection().state !== 'entered') return;
    if (track) track.enabled = wanted.value[kind];
    const change = track ? link?.send(kind, track, wanted.value[kind]) : link?.stopSending(kind);
    change?.catch(() => undefined);
    const { camera, microphone } = devices.reports;
    useConnection().ask({ type: 'report_devices', camera, microphone }).catch(() => undefined);
  });

  async function networkChanged(): Promise<void> {
    link?.networkChanged();
  }

  function clear(): void {
    remotes.clear();
    pictured.value = new Set();
    for (const streams of Object.values(groups)) streams.value = {};
  }

  function stop(): void {
    generation += 1;
    again = null;
    clearTimeout(retry);
    link?.close();
    link = null;
    extras.clear();
    clear();
  }

  const { person: streams, share: shares, room: rooms } = groups;
  return {
    wanted, streams, shares, rooms, pictured, blocked, failed,
    start, consume, drop, turn, sendExtra, stopExtra, networkChanged, stop,
  };
});
