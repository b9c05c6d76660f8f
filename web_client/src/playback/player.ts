/** Plays a whole hearing: every track in its element, all slaved to one clock. */
import { computed, onScopeDispose, ref, shallowReactive, shallowRef } from 'vue';
import { readFragment, type PlaybackIndex } from '@/api/playback';
import { MasterClock } from './clock';
import { Loader } from './loader';
import { AHEAD } from './plan';
import { keyOf, lastBefore, opening } from './timeline';
import { NOW, Track } from './track';

export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2];
const TICK = 50; // ms
const SHOWN = 100; // ms between two steps of the time on the screen
const START_WITHIN = 400; // ms that elements may take to start before the clock does without them
const WAIT_AT_MOST = 8000; // ms that everybody waits for one track
const ALONE = 2000; // ms after a seek in which nothing is fetched but what is to be seen and heard at once
const LEAD = 60_000; // ms before the first segment, for one that is adopted later
const SLEEPS = 60_000; // ms from anything to play after which an element is given up

export interface Shown {
  track: Track;
  party: string;
  source: string;
}

export function usePlayer(seat: string) {
  const index = shallowRef<PlaybackIndex | null>(null);
  const at = ref(0);
  const playing = ref(false); // what the reader wants
  const waiting = ref(false); // for something to arrive
  const blocked = ref(false);
  const rate = ref(1);
  const muted = shallowReactive(new Set<string>());
  const solo = ref<string | null>(null);
  const silent = ref(false);
  const awake = shallowReactive(new Map<string, Shown>());
  const tick = ref(0); // changes when what the tracks say may have
  const loader = new Loader();
  let clock: MasterClock | null = null;
  let base = 0;
  let held = 0; // since when the clock waits, 0 when it does not
  let starting = 0;
  let sought = 0;
  let shownAt = 0;
  let untouched = true; // nobody has played or sought yet

  const began = computed(() => index.value?.began_at ?? 0);
  const ended = computed(() => index.value?.ended_at ?? 0);
  const now = () => performance.now();

  function update(found: PlaybackIndex): void {
    const before = index.value?.masked ?? [];
    const changed = JSON.stringify(before) !== JSON.stringify(found.masked);
    index.value = found;
    if (changed) for (const { track } of awake.values()) track.renew([...before, ...found.masked]);
    if (!clock && found.began_at !== null) {
      base = found.began_at - LEAD;
      clock = new MasterClock(found.began_at);
    }
    if (untouched) toOpening(found);
    const known = new Set(found.tracks.map(keyOf));
    for (const [key, { track }] of awake) {
      if (!known.has(key)) put(key, track);
    }
    for (const track of found.tracks) awake.get(keyOf(track))?.track.update(track.segments);
    turn();
  }

  /** While a hearing runs, the sources that it began with become known one after the other. */
  function toOpening({ tracks, began_at }: PlaybackIndex): void {
    if (!clock || began_at === null) return;
    const to = opening(tracks, began_at);
    if (to === at.value) return;
    at.value = to;
    clock.seek(to, now());
  }

  function put(key: string, track: Track): void {
    track.close();
    awake.delete(key);
  }

  /** Elements for what is near in time, and no others: a browser has a limit, and so has memory. */
  function wake(time: number): void {
    for (const { party, source, segments } of index.value?.tracks ?? []) {
      const key = keyOf({ party, source });
      const place = lastBefore(segments, time + AHEAD, ([start]) => start);
      const near = place >= 0 && segments[place]![1] > time - SLEEPS;
      const here = awake.get(key);
      if (near && segments[place]![1] > time && !here) {
        const track = new Track(party, source, base, loader, (start, signal) => readFragment(seat, party, source, start, signal));
        track.update(segments);
        track.seek(time);
        awake.set(key, { track, party, source });
      } else if (!near && here) put(key, here.track);
    }
  }

  function turn(): void {
    if (!clock) return;
    const time = Math.min(clock.at(now()), ended.value);
    if (clock.running && time >= ended.value && !index.value?.running) stop();
    wake(time);
    const tracks = [...awake.values()].map(({ track }) => track);
    for (const track of tracks) track.fill(time, rate.value);
    const lacking = tracks.some((track) => track.state(time) === 'loading') || (playing.value && time >= ended.value);
    keepClock(lacking, time);
    for (const track of tracks) track.follow(clock.at(now()), clock.running || starting > 0, rate.value);
    begin(tracks, time);
    tell(tracks, time);
  }

  /** The clock waits for what is on its way, all together; not for ever for one. */
  function keepClock(lacking: boolean, time: number): void {
    if (!clock) return;
    if (lacking && playing.value) held ||= now();
    else held = 0;
    const waits = held > 0 && (now() - held < WAIT_AT_MOST || time >= ended.value);
    waiting.value = lacking && (playing.value || sought > 0);
    if (!playing.value || waits) {
      clock.hold(now());
      starting = 0;
    } else if (!clock.running && !starting) starting = now();
  }

  /** When all elements run, the clock does, from where they are. */
  function begin(tracks: Track[], time: number): void {
    if (!clock || !starting) return;
    const ready = tracks.filter((track) => track.state(time) === 'ready');
    const drifts = ready.map((track) => track.drift(time)).filter((drift) => drift !== null);
    const all = drifts.length === ready.length && drifts.every((drift) => drift > 0);
    if (!all && now() - starting < START_WITHIN) return;
    const ahead = drifts.sort((a, b) => a - b)[Math.floor(drifts.length / 2)] ?? 0;
    clock.seek(time + Math.max(0, ahead) * 1000, now());
    clock.run(now());
    starting = 0;
  }

  function tell(tracks: Track[], time: number): void {
    if (sought && !tracks.some((track) => track.pictured && track.state(time) === 'loading')) {
      performance.mark('playback-picture', { detail: now() - sought });
      sought = 0;
    }
    if (!sought || now() - sought > ALONE) loader.limit(Infinity);
    if (now() - shownAt < SHOWN) return;
    shownAt = now();
    at.value = clock!.at(now());
    tick.value += 1;
    blocked.value = tracks.some((track) => track.blocked);
    for (const { track } of awake.values()) {
      if (!track.pictured) track.element.muted = silenced(track.party);
    }
  }

  const silenced = (party: string) => silent.value || muted.has(party) || (solo.value !== null && solo.value !== party);

  function play(): void {
    if (at.value >= ended.value && !index.value?.running) seek(began.value);
    for (const [key, { track }] of awake) {
      if (track.broken) put(key, track); // another one takes its place
    }
    playing.value = true;
    untouched = false;
    turn();
  }

  function stop(): void {
    playing.value = false;
    clock?.hold(now());
    starting = 0;
    turn();
  }

  /** Nothing of it is this reader's any more. */
  function clear(): void {
    playing.value = false;
    clock = null;
    untouched = true;
    index.value = null;
    for (const [key, { track }] of awake) put(key, track);
  }

  /** To a moment, as near as there is something. */
  function seek(time: number): void {
    if (!clock) return;
    const to = Math.min(Math.max(time, began.value), Math.max(began.value, ended.value - 1));
    untouched = false;
    sought = now();
    performance.mark('playback-seek');
    clock.hold(now());
    starting = 0;
    clock.seek(to, now());
    at.value = to;
    for (const { track } of awake.values()) track.seek(to);
    shownAt = 0;
    loader.limit(NOW); // what comes after it would take the processor from decoding
    turn();
  }

  function setRate(value: number): void {
    rate.value = value;
    clock?.setRate(value, now());
    for (const { track } of awake.values()) track.element.playbackRate = value;
  }

  function toggleMute(party: string): void {
    if (!muted.delete(party)) muted.add(party);
    shownAt = 0;
  }

  function toggleSolo(party: string): void {
    solo.value = solo.value === party ? null : party;
    shownAt = 0;
  }

  const timer = setInterval(turn, TICK);
  onScopeDispose(() => {
    clearInterval(timer);
    for (const [key, { track }] of awake) put(key, track);
  });

  /** The track of a seat's source, if it is awake; asked again whenever the time moves. */
  const trackOf = (party: string, source: string) => (void tick.value, awake.get(`${party} ${source}`)?.track ?? null);

  return {
    index, at, playing, waiting, blocked, rate, muted, solo, silent, tick, began, ended,
    update, clear, play, stop, seek, setRate, toggleMute, toggleSolo, silenced, trackOf, awake,
    toggle: () => (playing.value ? stop() : play()),
  };
}

export type Player = ReturnType<typeof usePlayer>;
