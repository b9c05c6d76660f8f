/** Abbreviations, terms and templates at this desk: served once, the clerk's own kept with the account. */
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import { keepOwn, readPhrases, type Phrases } from '@/api/phrases';

const NONE: Phrases = { abbreviations: {}, own: {}, kept: false, terms: [], templates: [] };

export const usePhrases = defineStore('phrases', () => {
  const phrases = shallowRef<Phrases>(NONE);
  const seat = ref('');

  /** Again when a new exhibit or person brings new words; without an answer the desk writes on. */
  async function load(forSeat: string): Promise<void> {
    seat.value = forSeat;
    try {
      phrases.value = await readPhrases(forSeat);
    } catch {
      // What was served before stays.
    }
  }

  async function keep(own: Record<string, string>): Promise<void> {
    await keepOwn(seat.value, own);
    phrases.value = { ...phrases.value, own };
  }

  return { phrases, load, keep };
});
