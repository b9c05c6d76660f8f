/** Who somebody is, in a line. */
import { useI18n } from 'vue-i18n';
import { useRoleName } from '@/components/useRoleName';
import { useHearing } from '@/hearing/store';

export function useParties(): (party: string) => string {
  const { t } = useI18n({ useScope: 'global' });
  const hearing = useHearing();
  const roleName = useRoleName();
  return (party) => {
    const seat = hearing.seatOf(party);
    return seat ? `${roleName(seat.role)} ${seat.name}`.trim() : t('exhibits.somebody');
  };
}
