/** What the word before the cursor may become: an abbreviation written out, a term or name of the case. Pure. */
export interface Suggestion {
  text: string; // what stands there then
  length: number; // UTF-16 units before the cursor that it replaces
  short: string;
}

const LATIN = /[A-Za-z0-9]+$/;
const MOST = 5;

/** The best first; `own` go before `common` where both mean something. */
export function suggest(
  before: string, own: Record<string, string>, common: Record<string, string>, terms: readonly string[],
): Suggestion[] {
  const found: Suggestion[] = [];
  const short = LATIN.exec(before)?.[0] ?? '';
  for (const words of [own, common]) {
    const long = words[short.toLowerCase()];
    if (short && long) found.push({ text: long, length: short.length, short });
  }
  for (const term of terms) {
    const length = overlap(before, term);
    if (length) found.push({ text: term, length, short: term.slice(0, length) });
  }
  return found.filter(({ text }, n) => found.findIndex((one) => one.text === text) === n).slice(0, MOST);
}

/** How much of a term's beginning is typed already: one Chinese character is enough, of Latin letters two. */
function overlap(before: string, term: string): number {
  for (let length = Math.min(before.length, term.length - 1); length > 0; length -= 1) {
    const typed = term.slice(0, length);
    if (before.toLowerCase().endsWith(typed.toLowerCase())) return length > 1 || /[^\x20-\x7f（(]/.test(typed) ? length : 0;
  }
  return 0;
}
