/** The frozen version by its passages: what is said in which line, and what of it this party has still to read. */
import { computed, shallowRef, watch } from 'vue';
import { readPassages, type Passage } from '@/api/passages';
import { useHearing } from '@/hearing/store';
import { useSeat } from '@/screens/useSeat';
import { useSigning } from './useSigning';

export function usePassages() {
  const hearing = useHearing();
  const { party } = useSeat();
  const { freeze } = useSigning();
  const passages = shallowRef<Passage[]>([]);

  const unread = computed(() => passages.value.filter(({ change }) => change === 'new' || change === 'changed'));
  /** What is shown of a version of which the rest is confirmed: what has come, changed or gone. */
  const changes = computed(() => passages.value.filter(({ change }) => change !== 'same'));
  const knownBefore = computed(() => changes.value.length < passages.value.length);
  const confirmed = computed(() => passages.value.length > 0 && !unread.value.length);
  const byPlace = computed(() => new Map(passages.value.filter(({ place }) => place).map((one) => [one.place, one])));

  async function load(): Promise<void> {
    const now = freeze.value;
    if (!now?.sealed) return void (passages.value = []);
    const found = await readPassages(party.id, now.version).catch(() => null);
    if (found && freeze.value?.version === now.version) passages.value = found;
  }

  watch(() => [freeze.value?.version, freeze.value?.sealed, freeze.value?.confirmed[hearing.you], freeze.value?.signed[hearing.you]], load, { immediate: true });
  return { passages, changes, unread, knownBefore, confirmed, byPlace, load };
}
