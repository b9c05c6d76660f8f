/** What a correspondent is called: a desk, everybody, or a party by role and name. */
import { useI18n } from 'vue-i18n';
import { useRoleName } from '@/components/useRoleName';
import { useHearing } from '@/hearing/store';
import { CLERK, EVERYBODY, TECHNICIAN } from './threads';

export function useNames(): (who: string) => string {
  const { t } = useI18n({ useScope: 'global' });
  const hearing = useHearing();
  const roleName = useRoleName();
  return (who) => {
    if (who === CLERK) return t('role.clerk');
    if (who === TECHNICIAN) return t('messages.technician');
    if (who === EVERYBODY) return t('messages.everybody');
    const seat = hearing.seatOf(who);
    return seat ? `${roleName(seat.role)} ${seat.name}`.trim() : t('messages.somebody');
  };
}
