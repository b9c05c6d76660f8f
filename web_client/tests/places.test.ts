import { expect, it } from 'vitest';
import { languageOf } from '@/signing/voice';
import { placesOf } from '@/signing/places';

const at = (str: string, x: number, y: number) => ({ str, x, y });

it('finds the lines by number and time in their column, and nothing else that looks like them', () => {
  const items = [
    at('1', 68, 700), at('10:03:07', 76, 700), at('审判长：现在开庭。', 120, 700),
    at('2 10:03:09', 68, 640), at('3', 68, 600), at('不是时间', 80, 600), at('4', 130, 580), at('10:03:20', 140, 580),
  ];
  const places = placesOf(items, 842, 68);
  expect(places.map(({ place }) => place)).toEqual([1, 2]);
  expect(places[0]?.to).toBeCloseTo(places[1]?.from ?? 0);
});

it('reads a text aloud in the language that it is mostly in', () => {
  expect(languageOf('被告人 Zhang San 在场。')).toBe('zh-CN');
  expect(languageOf('The defence has no further questions, 审判长.')).toBe('en');
});
