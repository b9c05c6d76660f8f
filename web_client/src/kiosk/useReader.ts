/** The transcript read aloud by the machine's own voice, line after line as they come. */
import { onScopeDispose, ref, watch, type Ref } from 'vue';

interface Spoken {
  line: number;
  words: string;
}

export function useReader(lines: Ref<Spoken[]>, language: Ref<string>) {
  const reading = ref(false);
  const possible = 'speechSynthesis' in window;
  let last = 0;

  function say({ line, words }: Spoken): void {
    last = Math.max(last, line);
    const utterance = new SpeechSynthesisUtterance(words);
    utterance.lang = language.value;
    utterance.rate = 0.95;
    speechSynthesis.speak(utterance);
  }

  /** On: the last line at once, then each new one. */
  function toggle(): void {
    reading.value = !reading.value;
    speechSynthesis.cancel();
    const newest = lines.value.at(-1);
    if (reading.value && newest) say(newest);
  }

  watch(lines, (now) => reading.value && now.filter(({ line }) => line > last).forEach(say));
  onScopeDispose(() => possible && speechSynthesis.cancel());
  return { reading, possible, toggle };
}
