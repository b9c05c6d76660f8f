/** The connection of this tab: tickets, entering, coming back after a loss, giving way to another tab. */
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import { codeOf, PASSING, Refused, type FaultCode } from '@/api/http';
import { takeTicket } from '@/api/seats';
import { useCaptions } from '@/captions/store';
import { useExhibits } from '@/exhibits/store';
import { useDesks } from '@/hearing/desks';
import { useHearing } from '@/hearing/store';
import { useDevices } from '@/media/devices';
import { useMedia } from '@/media/store';
import type { Ask, Tell } from '@/protocol.gen';
import { HearingSocket, type AnswerTo } from './socket';

/**
 * `idle` nothing yet · `ready` the socket stands, the seat is not taken · `entered` in the seat ·
 * `lost` coming back by itself · `taken` another tab is in the seat · `superseded` it took over ·
 * `left` on purpose · `refused` the server will not have us, `fault` says why
 */
export type ConnectionState =
  | 'idle' | 'ready' | 'entered' | 'lost' | 'taken' | 'superseded' | 'left' | 'refused';

const RETRY = [200, 400, 800, 1500, 2000]; // ms, the last one again and again
const STALE = 10_000; // ms in which the server notices that our own lost connection is gone

export const useConnection = defineStore('connection', () => {
  const state = ref<ConnectionState>('idle');
  const fault = ref<FaultCode | null>(null);
  const online = ref(navigator.onLine);
  const hearing = useHearing();
  const socket = shallowRef<HearingSocket | null>(null);
  let seat = '';
  let connecting: Promise<HearingSocket> | null = null;
  let acceptedAs: string | null = null;
  let attempt = 0;
  let lostAt = 0;

  /** The socket with a fresh ticket; the same one if it stands already or is just being made. */
  async function connect(forSeat: string): Promise<HearingSocket> {
    seat = forSeat;
    if (socket.value?.connected) return socket.value;
    connecting ??= makeSocket().finally(() => (connecting = null));
    return connecting;
  }

  async function makeSocket(): Promise<HearingSocket> {
    const ticket = await takeTicket(seat);
    const fresh: HearingSocket = new HearingSocket(onTell, () => onLost(fresh));
    await fresh.connect(ticket);
    socket.value?.close();
    socket.value = fresh;
    if (state.value === 'idle') state.value = 'ready';
    return fresh;
  }

  /** Take the seat. Media starts at once; what stands in the way becomes `state` and `fault`. */
  async function enter(forSeat: string, accepted: string | null, takeOver = false): Promise<void> {
    acceptedAs = accepted;
    fault.value = null;
    try {
      await connect(forSeat);
      await takeSeat(takeOver);
    } catch (error) {
      refuse(error);
    }
  }

  async function takeSeat(takeOver: boolean): Promise<void> {
    const { camera, microphone } = useDevices().reports;
    const welcome = await must().ask({
      type: 'enter',
      after: hearing.view ? hearing.seq : null,
      accepted_as: acceptedAs,
      camera,
      microphone,
      take_over: takeOver,
    });
    hearing.welcome(welcome);
    state.value = 'entered';
    fault.value = null;
    attempt = 0;
    useCaptions().entered(must().ask);
    void useMedia().start(must().ask, welcome.rtp_capabilities);
  }

  function refuse(error: unknown): void {
    fault.value = codeOf(error);
    if (fault.value === 'seat_taken') state.value = 'taken';
    else state.value = PASSING.has(fault.value) ? 'idle' : 'refused';
  }

  function onLost(lost: HearingSocket): void {
    if (lost !== socket.value) return;
    socket.value = null;
    useCaptions().lost();
    hearing.recording = null; // nothing is known any more
    useDesks().forget();
    if (state.value === 'ready') state.value = 'idle';
    if (state.value !== 'entered') return;
    state.value = 'lost';
    lostAt = performance.now();
    void comeBack();
  }

  async function comeBack(): Promise<void> {
    await wait(RETRY[Math.min(attempt++, RETRY.length - 1)] ?? 0);
    if (state.value !== 'lost') return;
    try {
      await connect(seat);
      await takeSeat(false);
    } catch (error) {
      if (passes(codeOf(error))) void comeBack();
      else refuse(error);
    }
  }

  /** At first a taken seat is held by our own lost connection; later it is another tab's. */
  function passes(code: FaultCode): boolean {
    return PASSING.has(code) || (code === 'seat_taken' && performance.now() - lostAt < STALE);
  }

  function onTell(tell: Tell): void {
    switch (tell.type) {
      case 'event_told':
        return hearing.take(tell);
      case 'view_told':
        return hearing.takeView(tell.view, tell.seq);
      case 'levels':
        return hearing.takeLevels(tell.levels);
      case 'qualities':
        hearing.qualities = tell.qualities;
        return;
      case 'recording_checked':
        hearing.recording = tell;
        return;
      case 'lines_held':
        return useDesks().takeHeld(tell);
      case 'typed':
        return useDesks().takeTyped(tell);
      case 'consumer_opened':
        return void useMedia().consume(tell);
      case 'consumer_closed':
        return useMedia().drop(tell.consumer);
      case 'pointed':
        return useExhibits().pointed(tell.x, tell.y);
      case 'captioned':
        return useCaptions().take(tell);
      case 'draft_told':
        return useCaptions().takeDraft(tell);
      case 'draft_gone':
        return useCaptions().dropDraft(tell.draft);
      case 'speech_told':
        return useCaptions().takeState(tell);
      case 'removed':
        end('left');
        return refuse(new Refused('removed'));
      case 'superseded':
        end('superseded');
    }
  }

  function end(how: 'superseded' | 'left'): void {
    state.value = how;
    useMedia().stop();
    useDevices().close();
    socket.value?.close();
    socket.value = null;
  }

  async function leave(): Promise<void> {
    try {
      await socket.value?.ask({ type: 'leave' });
    } catch {
      // The server notices by itself.
    }
    end('left');
  }

  function must(): HearingSocket {
    if (!socket.value) throw new Refused('unreachable');
    return socket.value;
  }

  async function ask<A extends Ask>(message: A): Promise<AnswerTo<A>> {
    return must().ask(message);
  }

  addEventListener('offline', () => (online.value = false));
  addEventListener('online', () => {
    online.value = true;
    attempt = 0;
    void useMedia().networkChanged();
  });

  return { state, fault, online, connect, enter, leave, ask };
});

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
