/** What the server has of a recording: its index, fetched on while the hearing runs, and its custody. */
import { onScopeDispose, ref, shallowRef } from 'vue';
import { codeOf, type FaultCode } from '@/api/http';
import { readCustody, readIndex, type Custody, type PlaybackIndex } from '@/api/playback';
import { merge } from './timeline';

const LIVE = 2000; // ms between two looks while the hearing runs
const CLOSED = 20_000; // then only what the court orders of it can change
const NOTHING: Custody = {
  level: 'confidential',
  access: [],
  notes: [],
  deletion: null,
  may: { set_access: false, note: false, delete: false },
};

export function useRecording(seat: string, found: (index: PlaybackIndex) => void) {
  const custody = shallowRef<Custody>(NOTHING);
  const fault = ref<FaultCode | null>(null);
  let index: PlaybackIndex | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  let looking = Promise.resolve();

  /** One look at a time: a second one begins when the first is done. */
  function look(): Promise<void> {
    looking = looking.then(lookOnce);
    return looking;
  }

  async function lookOnce(): Promise<void> {
    clearTimeout(timer);
    if (over) return;
    try {
      const answer = await readIndex(seat, index?.seq, index?.scope);
      index = merge(index, answer);
      fault.value = null;
      found(index);
      if (answer.seq !== answer.since) await readOrders();
    } catch (error) {
      fault.value = codeOf(error);
      if (fault.value === 'not_found') await readOrders().catch(() => undefined); // it may have been deleted
    }
    const still = index !== null && !index.running && !deleting();
    timer = setTimeout(look, still ? CLOSED : LIVE);
  }

  const deleting = () => !!custody.value.deletion?.consented_by && !custody.value.deletion.deleted_at;

  async function readOrders(): Promise<void> {
    try {
      custody.value = await readCustody(seat);
    } catch (error) {
      if (codeOf(error) !== 'not_found') throw error; // nothing of it is for this reader
    }
  }

  onScopeDispose(() => {
    over = true;
    clearTimeout(timer);
  });
  return { custody, fault, look };
}
