/** What the judge must know at once, and what to do about it. Pure. */
import { needsPause, openFaults } from '@/hearing/faults';
import type { HearingView, RecordingChecked, SeatView } from '@/protocol.gen';

export interface Alarm {
  id: string;
  key: string; // of the words
  code?: string; // of a fault of the recording
  seat?: SeatView;
  parties?: string[]; // whose recording it is, as far as the live check says
  until?: number;
  pauses?: boolean; // a pause is what helps
}

export function alarmsOf(view: HearingView, now: number, checked: RecordingChecked | null = null): Alarm[] {
  const running = view.phase === 'in_session';
  const open = running ? openFaults(view.recording?.faults ?? [], now) : [];
  const faults = open.map(({ code }) => ({ id: `fault-${code}`, key: 'fault', code, parties: partiesOf(checked, code), pauses: needsPause(code) }));
  return [...faults, ...view.seats.flatMap((seat) => ofSeat(seat, running, now))];
}

function partiesOf(checked: RecordingChecked | null, code: string): string[] {
  const sources = Object.entries(checked?.sources ?? {});
  return sources.filter(([, of]) => Object.values(of).some((source) => source.code === code)).map(([party]) => party);
}

function ofSeat(seat: SeatView, running: boolean, now: number): Alarm[] {
  const found: Alarm[] = [];
  const { party, entry } = seat;
  const lost = running && seat.presence === 'away' && seat.admitted && seat.role !== 'observer';
  if (lost) found.push({ id: `lost-${party}`, key: 'lost', seat, pauses: true });
  if (entry?.consent_withdrawn) found.push({ id: `withdrawn-${party}`, key: 'withdrawn', seat });
  if (entry && entry.code_locked_until > now) found.push({ id: `locked-${party}`, key: 'code_locked', seat, until: entry.code_locked_until });
  return found;
}
