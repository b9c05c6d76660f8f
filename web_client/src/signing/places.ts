/** Where the lines of the transcript stand on a page: the template prints number and time in a column of their own. */
import type { PDFPageProxy } from 'pdfjs-dist';

const COLUMN = 118; // points from the left: what is printed further in is no number
const NUMBER = /^(\d{1,6})$/;
const TIME = /^\d\d:\d\d:\d\d$/;

export interface Place {
  place: number; // the printed number
  from: number; // shares of the page's height
  to: number;
}

interface Item {
  str: string;
  x: number;
  y: number;
}

/** Pure: from what stands in the column, with the height of the page and of its foot. */
export function placesOf(items: readonly Item[], height: number, foot: number): Place[] {
  const column = items.filter(({ x, str }) => x < COLUMN && str.trim());
  const words = column.flatMap(({ str, ...at }) => str.trim().split(/\s+/).map((word) => ({ word, ...at })));
  const found = words.flatMap(({ word, y }, index) => {
    const number = NUMBER.exec(word);
    const next = words[index + 1];
    return number && next && TIME.test(next.word) && Math.abs(next.y - y) < 14 ? [{ place: Number(number[1]), top: height - y - 12 }] : [];
  });
  return found.map(({ place, top }, index) => ({
    place,
    from: top / height,
    to: Math.max(top + 20, found[index + 1]?.top ?? height - foot) / height,
  }));
}

export async function findPlaces(page: PDFPageProxy): Promise<Place[]> {
  const { items } = await page.getTextContent();
  const plain = items.flatMap((item) => ('str' in item ? [{ str: item.str, x: item.transform[4] as number, y: item.transform[5] as number }] : []));
  const { height } = page.getViewport({ scale: 1 });
  const places = placesOf(plain, height, 68);
  const last = places.at(-1);
  if (!last) return [];
  // Below the last line of the page: no further than the last words of it.
  const lowest = Math.min(...plain.filter(({ x, y, str }) => x >= COLUMN && str.trim() && y > 70).map(({ y }) => y));
  const ends = Number.isFinite(lowest) ? (height - lowest + 6) / height : last.to;
  return [...places.slice(0, -1), { ...last, to: Math.max(last.from + 0.02, Math.min(last.to, ends)) }];
}
