/** What is read back to the courtroom, played here line by line at the court's time: all pages hear it together. */
import { computed, onScopeDispose, ref, watch } from 'vue';
import { useHearing } from '@/hearing/store';
import type { ReadingView, ReadLine } from '@/protocol.gen';
import { useSeat } from '@/screens/useSeat';
import { linePath, loadLine, type Loaded, type Playing } from '@/signing/sound';

const LATE = 800; // ms that a line may begin late and still be heard from its first word

export type State = 'soon' | 'sounding' | 'blocked' | 'missing';

export function useReading() {
  const hearing = useHearing();
  const { party } = useSeat();
  const reading = computed(() => (hearing.me?.presence === 'admitted' ? (hearing.view?.reading ?? null) : null));
  const line = ref<ReadLine | null>(null); // that is heard now, or about to be
  const state = ref<State>('soon');
  let turns = 0; // what comes late of an earlier one plays no more
  let playing: Playing | null = null;
  let over: () => void = () => {};
  let timer = 0;

  const now = () => Date.now() + hearing.clockOffset;
  const heard = (one: ReadLine) => !!reading.value?.lines.some(({ line }) => line === one.line);

  function stop(): void {
    turns += 1;
    clearTimeout(timer);
    playing?.stop();
    playing = null;
    over();
    line.value = null;
  }

  /** Each line is fetched while the one before it is heard. */
  async function run({ read_back, began_at, lines }: ReadingView): Promise<void> {
    stop();
    const turn = turns;
    const begins = (one: ReadLine) => began_at + one.after;
    const ends = (one: ReadLine) => begins(one) + one.ended_at - one.started_at;
    const load = (one: ReadLine | undefined) =>
      one ? loadLine(linePath.readBack(party.id, read_back, one.line)).catch(() => null) : null;
    const left = lines.filter((one) => ends(one) > now());
    let next = load(left[0]);
    for (const [n, one] of left.entries()) {
      line.value = one;
      state.value = 'soon';
      const loaded = await next;
      next = load(left[n + 1]);
      await at(begins(one));
      if (turn !== turns || !heard(one)) loaded?.close();
      else if (loaded) await sound(loaded, now() - begins(one), turn);
      else {
        state.value = 'missing';
        await at(ends(one));
      }
      if (turn !== turns) return void (await next)?.close();
    }
  }

  /** Resolves when it has been heard, was stopped, or could not be played. */
  async function sound(loaded: Loaded, late: number, turn: number): Promise<void> {
    const ended = new Promise<void>((resolve) => (over = resolve));
    try {
      const begun = await loaded.play(over, late > LATE ? late : 0);
      if (turn !== turns) return begun.stop();
      playing = begun;
      state.value = 'sounding';
      await ended;
      playing = null;
    } catch (error) {
      loaded.close();
      state.value = (error as Error).name === 'NotAllowedError' ? 'blocked' : 'missing';
      if (state.value === 'blocked') await ended; // a press begins it again, from where it is by then
    }
  }

  const at = (moment: number) => new Promise<void>((resolve) => {
    over = resolve;
    timer = window.setTimeout(resolve, Math.max(0, moment - now()));
  });
  const begin = () => reading.value && run(reading.value);

  watch(() => reading.value?.read_back, (number) => (number ? begin() : stop()), { immediate: true });
  // What was sealed meanwhile falls silent, and the others go on in their time.
  watch(() => reading.value?.lines, () => line.value && reading.value && !heard(line.value) && playing?.stop());
  onScopeDispose(stop);
  return { reading, line, state, begin };
}
