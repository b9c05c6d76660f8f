import { describe, expect, it } from 'vitest';
import { applyAll, applyEvent, type HearingEvent } from '@/hearing/fold';
import type { HearingView, Phase, SeatView } from '@/protocol.gen';
import { hearing, seat, told } from './hearing';

const after = (events: HearingEvent[], start: HearingView = hearing()): HearingView =>
  applyAll(start, events.map((event, index) => told(event, 1000 + index)), 'judge');
const seatOf = (view: HearingView, party: string): SeatView =>
  view.seats.find((seat) => seat.party === party) as SeatView;
const line = (number: number, text = '请公诉人宣读起诉书。'): HearingEvent => ({
  type: 'line_entered', line: number, speaker: 'judge', text, started_at: 900, ended_at: 1000, after: null, operation: '',
});
const frozen = (version: number): HearingEvent => ({
  type: 'transcript_frozen', version, digest: 'd', lines: 1, signers: ['accused', 'writer', 'judge'],
});

describe('phases', () => {
  it('walks from the opening over a pause to the closing', () => {
    const view = after([
      { type: 'hearing_opened' },
      { type: 'hearing_paused', reason: '核对证据' },
      { type: 'hearing_resumed' },
      { type: 'hearing_closed', overridden: [], reason: '' },
    ]);
    expect(view).toMatchObject({ phase: 'closed', opened_at: 1000, pause_reason: '核对证据', closed_at: 1003 });
  });

  it('moves by the table only: every pair of phase and event', () => {
    const moves: Record<string, Partial<Record<Phase, Phase>>> = {
      waiting_room_opened: { scheduled: 'waiting' },
      hearing_opened: { waiting: 'in_session' },
      hearing_resumed: { paused: 'in_session', suspended: 'in_session' },
      hearing_suspended: { in_session: 'suspended', paused: 'suspended' },
      hearing_cancelled: { scheduled: 'closed', waiting: 'closed' },
      hearing_closed: { in_session: 'closed', paused: 'closed', suspended: 'closed' },
    };
    const phases: Phase[] = ['scheduled', 'waiting', 'in_session', 'paused', 'suspended', 'closed'];
    for (const [type, legal] of Object.entries(moves)) {
      for (const phase of phases) {
        const view = after([{ type } as HearingEvent], hearing({ phase }));
        expect(view.phase, `${type} in ${phase}`).toBe(legal[phase] ?? phase);
      }
    }
  });
});

describe('seats', () => {
  it('keeps a party waiting until admitted, and lets it come back to its seat', () => {
    let view = after([{ type: 'party_arrived', party: 'defender', connection: 'c1' }]);
    expect(seatOf(view, 'defender').presence).toBe('waiting');
    view = after([{ type: 'party_admitted', party: 'defender' }], view);
    expect(seatOf(view, 'defender').presence).toBe('admitted');
    view = after([{ type: 'party_left', party: 'defender', connection: 'c1', cause: 'network' }], view);
    expect(seatOf(view, 'defender')).toMatchObject({ presence: 'away', left_by: 'network' });
    view = after([{ type: 'party_arrived', party: 'defender', connection: 'c2' }], view);
    expect(seatOf(view, 'defender')).toMatchObject({ presence: 'admitted', left_by: null });
  });

  it('brings a party back to its seat that the first view shows admitted and away', () => {
    const seats = [seat('defender', 'counsel', { presence: 'away', admitted: true, left_by: 'network' })];
    const view = after([{ type: 'party_arrived', party: 'defender', connection: 'c2' }], hearing({ seats }));
    expect(seatOf(view, 'defender')).toMatchObject({ presence: 'admitted', left_by: null });
  });

  it('does not bring a party into the room that was admitted while away', () => {
    const view = after([{ type: 'party_admitted', party: 'defender' }]);
    expect(seatOf(view, 'defender')).toMatchObject({ presence: 'expected', admitted: true });
  });

  it('gives whoever is to be on the bench what the court alone sees while they are let in', () => {
    const began: HearingEvent = { type: 'consultation_began', consultation: 1, parties: ['accused', 'defender'], permitted: true };
    const heard = (changes: Partial<SeatView>) => {
      const seats = [...hearing().seats, seat('assessor', 'assessor', changes)];
      return applyEvent(hearing({ seats }), told(began), 'assessor').consultations.length;
    };
    expect(heard({ presence: 'admitted', admitted: true })).toBe(1);
    expect(heard({ presence: 'outside', admitted: true, inside: false })).toBe(0);
    expect(heard({ presence: 'waiting' })).toBe(0);
    expect(heard({ presence: 'away' })).toBe(0); // in what they missed, before they were let in
  });

  it('follows what is sent, and forgets it when the party leaves', () => {
    let view = after([
      { type: 'source_started', party: 'judge', source: 'camera', within: [] },
      { type: 'source_started', party: 'judge', source: 'microphone', within: [] },
      { type: 'source_paused', party: 'judge', source: 'microphone', within: [] },
    ]);
    expect(seatOf(view, 'judge').sources).toEqual({ camera: true, microphone: false });
    view = after([
      { type: 'source_stopped', party: 'judge', source: 'camera', within: [] },
      { type: 'source_resumed', party: 'judge', source: 'microphone', within: [] },
    ], view);
    expect(seatOf(view, 'judge').sources).toEqual({ microphone: true });
    view = after([{ type: 'party_left', party: 'judge', connection: 'c', cause: 'left' }], view);
    expect(seatOf(view, 'judge').sources).toEqual({});
  });

  it('shows the court’s muting until it is lifted', () => {
    let view = after([{ type: 'microphone_muted', party: 'accused', locked: true, within: [] }]);
    expect(seatOf(view, 'accused').muted).toBe(true);
    view = after([{ type: 'microphone_unmuted', party: 'accused', within: [] }], view);
    expect(seatOf(view, 'accused').muted).toBe(false);
  });
});

describe('transcript', () => {
  it('appends lines and corrects one in place', () => {
    const view = after([
      line(1), line(2),
      { type: 'line_corrected', line: 1, revision: 2, speaker: 'state', text: '现在宣读起诉书。', started_at: 900, ended_at: 950, operation: '' },
    ]);
    expect(view.lines.map(({ line: n, revision, speaker }) => [n, revision, speaker])).toEqual([
      [1, 2, 'state'], [2, 1, 'judge'],
    ]);
  });

  it('keeps what is inserted, struck and disputed in its place', () => {
    const view = after([
      line(1), line(2),
      { ...line(3, '插话。'), after: 1 } as HearingEvent,
      { ...line(4, '最先。'), after: 0 } as HearingEvent,
      { type: 'line_struck', line: 2, revision: 2, cause: 'struck', operation: 'a' },
      { type: 'line_disputed', line: 3, revision: 2, disputed: true, operation: 'b' },
    ]);
    expect(view.lines.map(({ line: n, struck, disputed }) => [n, struck, disputed])).toEqual([
      [4, null, false], [1, null, false], [3, null, true], [2, 'struck', false],
    ]);
    const back = after([{ type: 'line_restored', line: 2, revision: 3, operation: 'c' }], view);
    expect(back.lines.at(-1)).toMatchObject({ revision: 3, struck: null });
  });

  it('carries a freeze from the seal over the answers to the archive', () => {
    const view = after([
      line(1), frozen(1),
      { type: 'transcript_sealed', version: 1, pages: 2, sha256: 'a' },
      { type: 'transcript_signed', version: 1, party: 'accused', sha256: 'b', certificate_sha256: '', name_image_sha256: '', strokes_sha256: '', key: 'browser', witness: '' },
      { type: 'signature_refused', version: 1, party: 'writer', reason: '记录有误' },
      { type: 'transcript_archived', version: 1, sha256: 'c' },
    ]);
    expect(view.freeze).toMatchObject({
      sealed: true, pages: 2, signed: { accused: 1003 }, refused: { writer: '记录有误' }, archived: true, sha256: 'c', changed_since: false,
    });
  });

  it('goes on after a pause in which everybody signed, with a new version beside the earlier one', () => {
    const signs = (party: string): HearingEvent => ({
      type: 'transcript_signed', version: 1, party, sha256: 'b', certificate_sha256: '', name_image_sha256: '', strokes_sha256: '', key: 'browser', witness: '',
    });
    let view = after([
      { type: 'hearing_opened' }, line(1), { type: 'hearing_paused', reason: '' }, frozen(1),
      { type: 'transcript_sealed', version: 1, pages: 2, sha256: 'a' }, signs('accused'), signs('writer'),
    ]);
    expect(after([{ type: 'hearing_resumed' }], view).freeze?.changed_since).toBe(false);
    view = after([signs('judge'), { type: 'hearing_resumed' }], view);
    expect(view.freeze).toMatchObject({ version: 1, changed_since: true });
    view = after([{ type: 'hearing_closed', overridden: [], reason: '' }, frozen(2)], view);
    expect(view.freeze).toMatchObject({ version: 2, changed_since: false, earlier: [1] });
  });

  it('leaves a freeze behind when a line changes, and starts over with a newer version', () => {
    let view = after([line(1), frozen(1), line(2)]);
    expect(view.freeze?.changed_since).toBe(true);
    view = after([frozen(2), { type: 'transcript_sealed', version: 1, pages: 9, sha256: 'old' }], view);
    expect(view.freeze).toMatchObject({ version: 2, sealed: false, changed_since: false });
  });
});

it('changes neither of its arguments', () => {
  const view = hearing();
  const before = structuredClone(view);
  applyEvent(view, told(line(1)), 'judge');
  applyEvent(view, told({ type: 'party_admitted', party: 'accused' }), 'judge');
  expect(view).toEqual(before);
});
