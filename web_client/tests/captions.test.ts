import { expect, test } from 'vitest';
import { renewed, standing, type Caption } from '@/captions/store';

const said = (utterance: string, text: string, final = false) => ({ type: 'captioned' as const, party: 'judge', utterance, text, final });

test('an utterance is shown once, in its newest wording, and only the last two stand', () => {
  let shown: Caption[] = [];
  shown = renewed(shown, said('1', '现在'), 0);
  shown = renewed(shown, said('1', '现在开庭', true), 400);
  shown = renewed(shown, said('2', '请'), 900);
  expect(shown.map(({ text }) => text)).toEqual(['现在开庭', '请']);
  shown = renewed(shown, said('3', '是'), 1200);
  expect(shown.map(({ utterance }) => utterance)).toEqual(['2', '3']);
});

test('words stand for a while after their end, and what was cut off does not stand for ever', () => {
  const shown = renewed(renewed([], said('1', '完', true), 0), said('2', '没'), 0);
  expect(standing(shown, 6000)).toHaveLength(2);
  expect(standing(shown, 8000).map(({ utterance }) => utterance)).toEqual(['2']);
  expect(standing(shown, 15_000)).toEqual([]);
});
