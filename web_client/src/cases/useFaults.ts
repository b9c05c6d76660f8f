/** What the server said is wrong with a form, field by field, and what it refused as a whole. */
import { computed, ref } from 'vue';
import { codeOf, detailOf, Refused } from '@/api/http';
import type { Clash, Fault } from '@/api/cases';
import { useLanguage } from '@/i18n';

export function useFaults() {
  const { t } = useLanguage();
  const faults = ref<Fault[]>([]);
  const clashes = ref<Clash[]>([]);
  const code = ref('');
  const detail = ref('');
  const refusal = computed(() => (code.value ? t(`error.${code.value}`, { detail: detail.value }) : ''));
  const busy = ref(false);

  /** Run it; true if it went through. */
  async function attempt(act: () => Promise<unknown>): Promise<boolean> {
    busy.value = true;
    clear();
    try {
      await act();
      return true;
    } catch (error) {
      code.value = codeOf(error);
      detail.value = detailOf(error);
      const more = error instanceof Refused ? error.more : {};
      faults.value = (more.faults as Fault[] | undefined) ?? [];
      clashes.value = (more.clashes as Clash[] | undefined) ?? [];
      return false;
    } finally {
      busy.value = false;
    }
  }

  function clear(): void {
    faults.value = [];
    clashes.value = [];
    code.value = detail.value = '';
  }

  /** The words of what is wrong with a field, empty if nothing is. */
  const of = (field: string): string => {
    const found = faults.value.find((fault) => fault.field === field);
    return found ? t(`cases.problem.${found.problem}`) : '';
  };
  return { faults, clashes, refusal, code, busy, attempt, clear, of };
}
