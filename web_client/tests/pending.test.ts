import { expect, it } from 'vitest';
import { isSaved, type PendingLine } from '@/clerk/saved';

const pending: PendingLine = {
  id: 1, speaker: 'judge', text: '现在开庭。', startedAt: 5000, after: 3, failed: null, detail: '',
};
const line = { line: 4, revision: 1, speaker: 'judge', text: '现在开庭。', started_at: 5000, ended_at: 6000, disputed: false, struck: null };

it('recognises a line whose answer was lost', () => {
  expect(isSaved(pending, [line])).toBe(true);
});

it('does not take the same words said earlier, or by another, for it', () => {
  expect(isSaved(pending, [{ ...line, line: 3 }])).toBe(false);
  expect(isSaved(pending, [{ ...line, speaker: 'clerk' }])).toBe(false);
  expect(isSaved(pending, [{ ...line, started_at: 60_000 }])).toBe(false);
});
