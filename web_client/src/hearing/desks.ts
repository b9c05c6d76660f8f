/** What passes at the clerks' desks: which lines are being edited and by whom, and what is being typed. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { LinesHeld, Typed } from '@/protocol.gen';

const FRESH = 20_000; // ms that something typed is shown without news of it

export const useDesks = defineStore('desks', () => {
  const held = shallowRef<ReadonlyMap<number, string>>(new Map());
  const typed = ref<Record<string, Typed>>({}); // by who types
  const timers = new Map<string, ReturnType<typeof setTimeout>>();

  function takeHeld(tell: LinesHeld): void {
    held.value = new Map(tell.held.map(({ line, party }) => [line, party]));
  }

  function takeTyped(tell: Typed): void {
    clearTimeout(timers.get(tell.party));
    if (!tell.text) return drop(tell.party);
    typed.value = { ...typed.value, [tell.party]: tell };
    timers.set(tell.party, setTimeout(() => drop(tell.party), FRESH));
  }

  function drop(party: string): void {
    const { [party]: _, ...rest } = typed.value;
    typed.value = rest;
  }

  function forget(): void {
    held.value = new Map();
    typed.value = {};
  }

  const typing = computed(() => Object.values(typed.value));
  return { held, typing, takeHeld, takeTyped, forget };
});
