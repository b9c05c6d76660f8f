import { describe, expect, it } from 'vitest';
import { codePoints, following, parts, withPending, type Operation, type Pending } from '@/clerk/operations';
import { suggest } from '@/clerk/suggest';
import { places } from '@/hearing/lines';
import type { LineView } from '@/protocol.gen';

const line = (number: number, text: string, more: Partial<LineView> = {}): LineView => ({
  line: number, revision: 1, speaker: 'judge', text, started_at: 5000, ended_at: 6000, disputed: false, struck: null, ...more,
});
const waits = (act: Operation, failed: Pending['failed'] = null): Pending => ({ act, failed, detail: '' });
const correction = (revision: number, text: string): Operation => ({ type: 'correct_line', line: 1, revision, speaker: 'state', text, operation: text });

describe('what waits', () => {
  it('shows as it will be, one act upon the other', () => {
    const strike: Operation = { type: 'strike_line', line: 2, revision: 1, operation: 'b' };
    const shown = withPending([line(1, '旧'), line(2, '二')], [waits(correction(1, '新')), waits(correction(2, '更新')), waits(strike)]);
    expect(shown[0]).toMatchObject({ text: '更新', speaker: 'state', revision: 3, waiting: true });
    expect(shown[1]).toMatchObject({ struck: 'struck', revision: 2 });
  });

  it('shows nothing of what was refused, or would be', () => {
    const lines = [line(1, '旧', { revision: 4 })];
    expect(withPending(lines, [waits(correction(1, '新'))])).toEqual(lines);
    expect(withPending(lines, [waits(correction(4, '新'), 'stale_revision')])).toEqual(lines);
  });

  it('merges and replaces as the server will', () => {
    const merge: Operation = { type: 'merge_lines', line: 1, revision: 1, following: { line: 2, revision: 1 }, operation: 'm' };
    expect(withPending([line(1, '一'), line(2, '二')], [waits(merge)]).map(({ text, struck }) => [text, struck])).toEqual([
      ['一二', null], ['二', 'merged'],
    ]);
    const lines = [{ line: 1, revision: 1 }, { line: 2, revision: 1 }];
    const replace: Operation = { type: 'replace_text', find: '张', replacement: '章', lines, operation: 'r' };
    expect(withPending([line(1, '张张'), line(2, '李张')], [waits(replace)]).map(({ text }) => text)).toEqual(['章章', '李章']);
  });

  it('changes neither of its arguments', () => {
    const lines = [line(1, '旧')];
    withPending(lines, [waits(correction(1, '新'))]);
    expect(lines).toEqual([line(1, '旧')]);
  });
});

it('counts characters as the server does, also those that JavaScript counts twice', () => {
  expect(codePoints('𠮷田说', 3)).toBe(2);
  expect(parts('𠮷田说：好', 2)).toEqual(['𠮷田', '说：好']);
});

it('numbers the lines in their places and finds the next one that stands', () => {
  const lines = [line(4, '一'), line(1, '二', { struck: 'struck' }), line(2, '三')];
  expect([...places(lines)]).toEqual([[4, 1], [2, 2]]);
  expect(following(lines, 4)?.line).toBe(2);
  expect(following(lines, 2)).toBeNull();
});

describe('suggestions', () => {
  const common = { bgr: '被告人', yg: '原告' };
  it('write out an abbreviation after Chinese, the clerk’s own first', () => {
    expect(suggest('请BGR', { bgr: '被告人甲某' }, common, [])).toEqual([
      { text: '被告人甲某', length: 3, short: 'BGR' }, { text: '被告人', length: 3, short: 'BGR' },
    ]);
    expect(suggest('bgrx', {}, common, [])).toEqual([]);
  });
  it('complete a name or term of the case from what is typed of it', () => {
    const terms = ['甲某某', '示范人民法院', 'Exhibit A'];
    expect(suggest('由甲某', {}, common, terms)).toEqual([{ text: '甲某某', length: 2, short: '甲某' }]);
    expect(suggest('在示', {}, common, terms)[0]?.text).toBe('示范人民法院');
    expect(suggest('e', {}, common, terms)).toEqual([]);
    expect(suggest('see ex', {}, common, terms)[0]).toMatchObject({ text: 'Exhibit A', length: 2 });
    expect(suggest('甲某某', {}, common, terms)).toEqual([]);
  });
});
