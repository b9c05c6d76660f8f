/** The hearing as this browser knows it: the view, its number, and what passes (levels, qualities). */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { EventTold, HearingView, Quality, RecordingChecked, SeatView, TalkEnd, Welcome } from '@/protocol.gen';
import { applyAll, applyEvent } from './fold';
import { arrange, inOrder, isStaff } from './roles';

const SPEAKING = 50; // -dBov; quieter than this is not speech
const HOLD = 800; // ms that a seat stays lit between two words

export const useHearing = defineStore('hearing', () => {
  const view = shallowRef<HearingView | null>(null);
  const seq = ref(0);
  const you = ref('');
  const clockOffset = ref(0); // server's clock minus this one's, ms
  const talkEnd = shallowRef<TalkEnd | null>(null); // why the last private talk was over
  const qualities = shallowRef<Record<string, Quality>>({});
  const recording = shallowRef<RecordingChecked | null>(null); // the live check, for bench and clerk
  const speaking = shallowRef<ReadonlySet<string>>(new Set());
  const lastHeard = new Map<string, number>();

  /** Without whom of the court another has followed: what they did keeps their name, their place is taken. */
  const seated = computed(() => view.value?.seats.filter(({ role, presence }) => !(isStaff(role) && presence === 'removed')) ?? []);
  const seats = computed(() => inOrder(seated.value));
  const places = computed(() => arrange(seated.value));
  const me = computed(() => view.value?.seats.find((seat) => seat.party === you.value) ?? null);
  const seatOf = (party: string): SeatView | undefined =>
    view.value?.seats.find((seat) => seat.party === party);

  function welcome(answer: Welcome): void {
    you.value = answer.you;
    clockOffset.value = answer.server_time - Date.now();
    if (answer.view) view.value = answer.view;
    else if (view.value) view.value = applyAll(view.value, answer.missed, answer.you);
    seq.value = answer.seq;
  }

  function take(told: EventTold): void {
    if (!view.value || told.seq <= seq.value) return; // seen already
    view.value = applyEvent(view.value, told, you.value);
    seq.value = told.seq;
    if (told.event.type === 'consultation_began') talkEnd.value = null;
    if (told.event.type === 'consultation_ended') talkEnd.value = told.event.cause;
  }

  function takeView(next: HearingView, number: number): void {
    view.value = next;
    seq.value = number;
  }

  function takeLevels(levels: Record<string, number>): void {
    const now = performance.now();
    for (const [party, level] of Object.entries(levels)) if (level < SPEAKING) lastHeard.set(party, now);
    const heard = [...lastHeard].filter(([, at]) => now - at < HOLD).map(([party]) => party);
    const same = heard.length === speaking.value.size && heard.every((party) => speaking.value.has(party));
    if (!same) speaking.value = new Set(heard);
  }

  return {
    seq, you, clockOffset, talkEnd, qualities, recording, speaking, view, seats, places, me, seatOf,
    welcome, take, takeView, takeLevels,
  };
});
