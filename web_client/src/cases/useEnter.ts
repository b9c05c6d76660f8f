/** From the staff's session into one's own seat of a hearing. */
import { ref } from 'vue';
import { useRouter } from 'vue-router';
import { codeOf } from '@/api/http';
import { STAFF } from '@/api/cases';
import { useLanguage } from '@/i18n';
import { useStaff } from '@/staff/store';

export function useEnter() {
  const staff = useStaff();
  const router = useRouter();
  const { t } = useLanguage();
  const entering = ref(false);
  const fault = ref('');

  async function enter(hearing: string): Promise<void> {
    entering.value = true;
    fault.value = '';
    try {
      const { seat } = await staff.act<{ seat: string }>(`${STAFF}/hearings/${hearing}/seat`);
      await router.push(`/seat/${seat}`);
    } catch (error) {
      fault.value = t(`error.${codeOf(error)}`, { detail: '' });
    } finally {
      entering.value = false;
    }
  }
  return { enter, entering, fault };
}
