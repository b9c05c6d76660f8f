/** Tells the court how far a version has been read: not with every page, and never more than was shown. */
import { onBeforeUnmount, ref, shallowRef, type Ref } from 'vue';
import { codeOf } from '@/api/http';
import { useConnection } from '@/connection/store';
import { useHearing } from '@/hearing/store';
import { Shown, type Sight } from './shown';

const LOOK = 100; // ms between two looks at the screen
const TELL = 3000; // ms between two reports, but for the last page

/** `scroller` holds the pages (`data-page`, `data-drawn`). */
export function usePagesShown(scroller: Ref<HTMLElement | undefined>) {
  const hearing = useHearing();
  const connection = useConnection();
  const shown = shallowRef<Shown | null>(null);
  const upTo = ref(0);
  const passedOver = shallowRef<Shown['passedOver']>(null);
  const all = ref(false);
  let version = 0;
  let told = 0;
  let toldAt = -TELL;
  let telling: Promise<void> | null = null;

  function begin(of: number, pages: number): void {
    const before = hearing.view?.freeze?.read[hearing.you] ?? 0;
    [version, told] = [of, before];
    shown.value = new Shown(pages, before);
    note(shown.value);
  }

  function note(now: Shown): void {
    [upTo.value, passedOver.value, all.value] = [now.upTo, now.passedOver, now.all];
  }

  function look(): void {
    const now = shown.value;
    if (!now || document.visibilityState !== 'visible' || now.all && told === now.upTo) return;
    now.look(performance.now(), scroller.value ? sightOf(scroller.value, scroller.value) : new Map());
    note(now);
    const due = now.all || performance.now() - toldAt > TELL;
    if (now.upTo > told && due) void tell();
  }

  /** Once at a time; what could not be told is told with the next look. */
  function tell(): Promise<void> {
    telling ??= report().finally(() => (telling = null));
    return telling;
  }

  /** Before a signature: the court knows of all that was shown. */
  async function tellAll(): Promise<void> {
    await tell();
    if (told < upTo.value) await tell();
  }

  async function report(): Promise<void> {
    const page = shown.value?.upTo ?? 0;
    if (page <= told || !hearing.view?.freeze?.signers.includes(hearing.you)) return;
    toldAt = performance.now();
    try {
      await connection.ask({ type: 'read_transcript', version, page });
      told = page;
    } catch (error) {
      if (codeOf(error) === 'no_change') told = page; // too small a step: it goes with a later one
    }
  }

  const looking = setInterval(look, LOOK);
  onBeforeUnmount(() => clearInterval(looking));
  return { begin, tellAll, upTo, passedOver, all };
}

/** What of the sheets within an element is in sight of what scrolls them. */
export function sightOf(within: HTMLElement, scroller: HTMLElement): Sight {
  const found = new Map<number, [number, number]>();
  const { top, bottom } = scroller.getBoundingClientRect();
  for (const sheet of within.querySelectorAll<HTMLElement>('[data-page][data-drawn="true"]')) {
    const page = sheet.getBoundingClientRect();
    if (page.bottom > top && page.top < bottom && page.height > 0)
      found.set(Number(sheet.dataset.page), [(top - page.top) / page.height, (bottom - page.top) / page.height]);
  }
  return found;
}
