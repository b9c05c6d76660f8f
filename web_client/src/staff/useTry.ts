/** One act at a time, and what came of it: working, or the code of why not. */
import { ref } from 'vue';
import { codeOf, detailOf, type FaultCode } from '@/api/http';

export function useTry() {
  const working = ref(false);
  const fault = ref<FaultCode | ''>('');
  const detail = ref('');

  /** True if it was done. */
  async function attempt(act: () => Promise<unknown>): Promise<boolean> {
    if (working.value) return false;
    working.value = true;
    fault.value = '';
    try {
      await act();
      return true;
    } catch (error) {
      fault.value = codeOf(error);
      detail.value = detailOf(error);
      return false;
    } finally {
      working.value = false;
    }
  }
  return { working, fault, detail, attempt };
}
