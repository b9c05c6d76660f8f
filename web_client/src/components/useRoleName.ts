/** What a role is called in this hearing: 被告人 and 辩护人 in a criminal case. */
import { useI18n } from 'vue-i18n';
import { roleKey } from '@/hearing/roles';
import { useHearing } from '@/hearing/store';
import type { Role } from '@/protocol.gen';
import { useSeat } from '@/screens/useSeat';

export function useRoleName(): (role: Role) => string {
  const { t } = useI18n({ useScope: 'global' });
  const hearing = useHearing();
  const { procedure } = useSeat();
  return (role) => t(roleKey(role, hearing.view?.procedure ?? procedure));
}
