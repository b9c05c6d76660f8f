import { describe, expect, it } from 'vitest';
import { healthOf, roomOf, summaryOf } from '@/clerk/health';
import { alarmsOf } from '@/judge/alarms';
import type { RecordingChecked, SourceChecked } from '@/protocol.gen';
import { hearing, seat } from './hearing';

const source = (changes: Partial<SourceChecked> = {}): SourceChecked => ({
  flowing: true, heard: null, in_file: true, behind: 300, saved: 2400, code: '', ...changes,
});
const checked = (sources: RecordingChecked['sources'], changes: Partial<RecordingChecked> = {}): RecordingChecked => ({
  type: 'recording_checked', recorder: true, clock_off: 0, sources, directories: [{ free: 2 ** 40, minutes: 2460, code: '' }], ...changes,
});
const SEATS = [seat('judge', 'presiding_judge'), seat('accused', 'defendant'), seat('public', 'observer')];
const WELL = { camera: source(), microphone: source({ heard: true, behind: 140, saved: 3900 }) };
const words = (of: RecordingChecked['sources'], at = 0) => healthOf(SEATS, checked(of))[at]?.sources.map(({ word }) => word);

describe('the live check on the clerk’s desk', () => {
  it('is one line while all is well', () => {
    const told = checked({ judge: WELL, accused: WELL });
    const line = summaryOf(healthOf(SEATS, told), told);
    expect(line).toEqual({ tone: 'good', word: 'all_good', n: 2, saved: 4, minutes: 2460 });
  });

  it('says of each source whether it is heard and whether it is in the file', () => {
    expect(words({ judge: WELL })).toEqual(['written', 'heard']);
    expect(words({ judge: { microphone: source({ heard: false }) } })).toEqual(['quiet']);
    expect(words({ judge: { microphone: source({ heard: true, in_file: false, code: 'silent_file' }) } })).toEqual(['heard_not']);
    expect(words({ judge: { camera: source({ in_file: false, code: 'not_written' }) } })).toEqual(['written_not']);
    expect(words({ judge: { camera: source({ in_file: false, behind: null, saved: null }) } })).toEqual(['starting']);
    expect(words({ judge: { camera: source({ flowing: false }) } })).toEqual(['nothing']);
    expect(words({ judge: { camera: source({ flowing: false, code: 'nothing_arrives' }) } })).toEqual(['nothing']);
    expect(words({ judge: { camera: source({ code: 'malformed' }) } })).toEqual(['damaged']);
    expect(words({ judge: WELL }, 1)).toEqual([]);
  });

  it('counts the seats that are not well, and says when the recorder does not answer', () => {
    const told = checked({ judge: WELL, accused: { camera: source({ code: 'not_written' }) } });
    expect(summaryOf(healthOf(SEATS, told), told)).toMatchObject({ tone: 'bad', word: 'some_bad', n: 1 });
    const silent = checked({}, { recorder: false });
    expect(summaryOf(healthOf(SEATS, silent), silent)).toMatchObject({ tone: 'bad', word: 'silent' });
    expect(summaryOf(healthOf(SEATS, null), null)).toMatchObject({ tone: 'plain', word: 'waiting' });
  });

  it('calls nothing well of which nothing is in the file yet', () => {
    const none = { camera: source({ flowing: false }), microphone: source({ in_file: false, behind: null }) };
    const told = checked({ judge: none });
    const seats = healthOf(SEATS, told);
    expect(seats[0]?.tone).toBe('plain');
    expect(summaryOf(seats, told)).toMatchObject({ tone: 'plain', word: 'waiting' });
    const one = checked({ judge: none, accused: { ...none, microphone: source({ heard: true }) } });
    expect(summaryOf(healthOf(SEATS, one), one)).toMatchObject({ tone: 'good', word: 'all_good', n: 1 });
  });

  it('gives the room left in the unit that one plans with, of the scarcest place', () => {
    const two = checked({ judge: WELL }, { directories: [{ free: 1, minutes: 59, code: 'disk_low' }, { free: 2, minutes: 6000, code: '' }] });
    expect(summaryOf(healthOf(SEATS, two), two).minutes).toBe(59);
    expect(roomOf(59)).toEqual(['room_minutes', { minutes: 59 }]);
    expect(roomOf(2460)).toEqual(['room', { hours: 41 }]);
    expect(roomOf(60 * 24 * 30)).toEqual(['room_long', { days: 30 }]);
    expect(roomOf(60 * 24 * 12_708)).toEqual(['room_year', {}]);
  });

  it('names in the alarm whose recording it is, and pauses for what pausing helps', () => {
    const fault = (code: string) => ({ at: 1, code, detail: '', over_at: null });
    const view = hearing({ phase: 'in_session', recording: { parties: {}, explanations: [], faults: [fault('silent_file'), fault('disk_low')] } });
    const told = checked({ accused: { microphone: source({ code: 'silent_file' }) } });
    expect(alarmsOf(view, 2, told).map(({ id, parties, pauses }) => [id, parties, pauses])).toEqual([
      ['fault-silent_file', ['accused'], true],
      ['fault-disk_low', [], false],
    ]);
  });
});
