/** The exports of this hearing: read again every second while one is being made, and told when it is over. */
import { onMounted, onScopeDispose, ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { codeOf, type FaultCode } from '@/api/http';
import { askExport, endExport, listExports, type ExportJob, type ExportWish } from '@/api/exports';
import { announceAloud } from '@/components/useAnnouncer';
import { useSeat } from '@/screens/useSeat';

const EVERY = 1000; // ms

export const isActive = (job: ExportJob): boolean => job.state === 'queued' || job.state === 'running';

export function useExports() {
  const { t } = useI18n({ useScope: 'global' });
  const { party } = useSeat();
  const jobs = ref<ExportJob[]>([]);
  const fault = ref<FaultCode | ''>('');
  const busy = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let left = false;

  async function read(): Promise<void> {
    clearTimeout(timer);
    try {
      const found = await listExports(party.id);
      tell(found);
      jobs.value = found;
      fault.value = '';
    } catch (error) {
      fault.value = codeOf(error);
    }
    if (!left && (fault.value || jobs.value.some(isActive))) timer = setTimeout(() => void read(), EVERY * (fault.value ? 5 : 1));
  }

  /** Half way and the end are said aloud: more would be chatter. */
  function tell(found: ExportJob[]): void {
    for (const job of found) {
      const before = jobs.value.find(({ id }) => id === job.id);
      if (!before || !isActive(before)) continue;
      const what = t(`export.kind.${job.kind}`);
      if (job.state === 'done' || job.state === 'failed') announceAloud(t(`export.said.${job.state}`, { what }));
      else if (before.progress < 0.5 && job.progress >= 0.5) announceAloud(t('export.said.half', { what }));
    }
  }

  async function change(act: () => Promise<unknown>): Promise<boolean> {
    busy.value = true;
    fault.value = '';
    try {
      await act();
      await read();
      return true;
    } catch (error) {
      fault.value = codeOf(error);
      return false;
    } finally {
      busy.value = false;
    }
  }

  onMounted(read);
  onScopeDispose(() => {
    left = true;
    clearTimeout(timer);
  });
  return {
    jobs,
    fault,
    busy,
    read,
    ask: (wish: ExportWish) => change(() => askExport(party.id, wish)),
    end: (job: ExportJob) => change(() => endExport(party.id, job.id)),
  };
}
