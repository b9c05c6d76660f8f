/** Faults of the recording as people read them: which still matter, and what to do about each. */
import { useI18n } from 'vue-i18n';
import type { FaultView } from '@/protocol.gen';

export const UNFINISHED = 'document_unfinished'; // of a document and not of the recording
const PASSING: ReadonlySet<string> = new Set(['track_failed', 'flush_timeout']); // nobody tells their end
const SHOWN_FOR = 120_000; // ms, of what passes by itself
const SOURCES: ReadonlySet<string> = new Set(['camera', 'microphone', 'screen', 'screen_sound', 'room']);
const BEARABLE: ReadonlySet<string> = new Set([...PASSING, 'one_disk_full', 'one_disk_error', 'disk_low', 'clock_off', 'not_saved', UNFINISHED]);

/** Those that go on at `now`, the newest of each code, in the order they came. */
export function openFaults(faults: readonly FaultView[], now: number): FaultView[] {
  const open = faults.filter(({ code, at, over_at }) => over_at === null && !(PASSING.has(code) && now > at + SHOWN_FOR));
  return [...new Map(open.map((fault) => [fault.code, fault])).values()];
}

/** Of which sources a fault is, where its detail names them: `party source, party source`. */
export function sourcesOf(detail: string): [party: string, source: string][] {
  const pairs = detail.split(', ').map((part) => part.split(' '));
  return pairs.every((pair) => pair.length === 2 && SOURCES.has(pair[1]!)) ? (pairs as [string, string][]) : [];
}

/** Whether the hearing should pause over it. */
export const needsPause = (code: string): boolean => !BEARABLE.has(code);

export function useFaultWords() {
  const { t, te } = useI18n({ useScope: 'global' });
  return (code: string): string => (te(`fault.${code}`) ? t(`fault.${code}`) : t('fault.other', { code }));
}

/** A fault's detail with names in the place of ids. */
export function useFaultDetail() {
  const { t } = useI18n({ useScope: 'global' });
  return (detail: string, nameOf: (party: string) => string): string =>
    sourcesOf(detail).map(([party, source]) => `${nameOf(party)} ${t(`source.${source}`)}`).join(' · ') || detail;
}
