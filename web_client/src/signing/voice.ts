/** The browser's own voice. */

export const voices = typeof window !== 'undefined' && 'speechSynthesis' in window;

/** What a text is mostly written in. */
export function languageOf(text: string): 'zh-CN' | 'en' {
  const chinese = text.match(/[\u3400-\u9fff]/g)?.length ?? 0;
  const words = text.match(/[A-Za-z]+/g)?.length ?? 0;
  return chinese >= words ? 'zh-CN' : 'en';
}

export function speak(text: string, language: string, done: () => void): void {
  if (!voices) return done();
  speechSynthesis.cancel();
  const utterance = new SpeechSynthesisUtterance(text);
  utterance.lang = language;
  utterance.rate = 0.95;
  utterance.onend = utterance.onerror = done;
  speechSynthesis.speak(utterance);
}

export function silence(): void {
  if (voices) speechSynthesis.cancel();
}
