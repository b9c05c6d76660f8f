/** What is read aloud by the machine's own voice: the transcript as it comes, what is asked, what is signed. */
import { onScopeDispose, ref, watch, type Ref } from 'vue';

interface Spoken {
  line: number;
  words: string;
}

const possible = 'speechSynthesis' in window;

/** After what is being said. Without a voice on the machine nothing is. */
export function readAloud(texts: readonly string[], language: string): void {
  if (!possible) return;
  for (const text of texts) {
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.lang = language;
    utterance.rate = 0.95;
    speechSynthesis.speak(utterance);
  }
}

export function useReader(lines: Ref<Spoken[]>, document: Ref<readonly string[]>, language: Ref<string>) {
  const reading = ref(false);
  let last = 0;

  function say(some: readonly Spoken[]): void {
    last = Math.max(last, ...some.map(({ line }) => line));
    readAloud(some.map(({ words }) => words), language.value);
  }

  /** On: the document, or else the last line at once and then each new one. */
  function turn(on: boolean): void {
    reading.value = on && possible;
    if (possible) speechSynthesis.cancel();
    if (!reading.value) return;
    if (document.value.length) readAloud(document.value, language.value);
    else say(lines.value.slice(-1));
  }

  watch(lines, (now) => reading.value && !document.value.length && say(now.filter(({ line }) => line > last)));
  watch(document, (now) => now.length && turn(true)); // what is to be signed is read out unasked
  onScopeDispose(() => possible && speechSynthesis.cancel());
  return { reading, possible, turn };
}
