/** Live captions, and the drafts that wait at the clerk's desk. Nothing of it is in the log or kept here. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { AskFunction } from '@/connection/socket';
import type { Captioned, DraftTold, SpeechTold } from '@/protocol.gen';

const KEY = 'hearing.captions';
const STANDS = 7000; // ms that words stand after they were said to their end
const SHOWN = 2; // utterances

export interface Caption extends Captioned {
  at: number; // when it was last renewed
}

/** With what was just said; of each utterance only the newest, the last begun at the end. */
export function renewed(said: readonly Caption[], next: Captioned, now: number): Caption[] {
  const caption = { ...next, at: now };
  const known = said.some(({ utterance }) => utterance === next.utterance);
  const all = known ? said.map((one) => (one.utterance === next.utterance ? caption : one)) : [...said, caption];
  return standing(all, now).slice(-SHOWN);
}

/** Those that are still being said, or were a moment ago. */
export function standing(said: readonly Caption[], now: number): Caption[] {
  return said.filter(({ at, final }) => now - at < (final ? STANDS : 2 * STANDS));
}

export const useCaptions = defineStore('captions', () => {
  const on = ref(localStorage.getItem(KEY) === 'on');
  const state = ref<SpeechTold['state']>('off');
  const without = shallowRef<string[]>([]); // whom one hears without captions
  const said = shallowRef<Caption[]>([]);
  const drafts = shallowRef<DraftTold[]>([]);
  const possible = computed(() => state.value !== 'off');
  let ask: AskFunction | null = null;

  setInterval(() => {
    const left = standing(said.value, Date.now());
    if (left.length !== said.value.length) said.value = left;
  }, 500);

  /** In the seat, for the first time or again: the server knows nothing of what this tab wants. */
  function entered(through: AskFunction): void {
    ask = through;
    if (on.value) void tell();
  }

  function lost(): void {
    ask = null;
    said.value = [];
    drafts.value = [];
  }

  async function turn(wanted: boolean): Promise<void> {
    on.value = wanted;
    localStorage.setItem(KEY, wanted ? 'on' : 'off');
    if (!wanted) said.value = [];
    await tell();
  }

  async function tell(): Promise<void> {
    try {
      await ask?.({ type: 'switch_captions', on: on.value });
    } catch {
      // The connection is gone: when it is back it is asked again.
    }
  }

  function take(tell: Captioned): void {
    said.value = renewed(said.value, tell, Date.now());
  }

  function takeDraft(tell: DraftTold): void {
    const known = drafts.value.some(({ draft }) => draft === tell.draft);
    drafts.value = known ? drafts.value.map((one) => (one.draft === tell.draft ? tell : one)) : [...drafts.value, tell];
  }

  function dropDraft(draft: string): void {
    drafts.value = drafts.value.filter((one) => one.draft !== draft);
  }

  function takeState(tell: SpeechTold): void {
    state.value = tell.state;
    without.value = tell.without;
  }

  return { on, state, without, said, drafts, possible, entered, lost, turn, take, takeDraft, dropDraft, takeState };
});
