/** How a seat is called: the role, and the name or alias that this reader may know. */
import { useI18n } from 'vue-i18n';
import { useRoleName } from '@/components/useRoleName';
import { useHearing } from '@/hearing/store';
import type { SeatView } from '@/protocol.gen';

export function useSeatName() {
  const { t, locale } = useI18n({ useScope: 'global' });
  const hearing = useHearing();
  const roleName = useRoleName();

  const nameOf = (seat: SeatView): string => seat.name || t('floor.name_withheld');
  const fullName = (seat: SeatView): string => `${roleName(seat.role)} ${nameOf(seat)}`;
  /** The role alone, as far as it says who it is: six defendants need their names. */
  function shortName(seat: SeatView): string {
    const alike = hearing.seats.filter(({ role }) => role === seat.role);
    return alike.length > 1 ? fullName(seat) : roleName(seat.role);
  }

  /** Of several parties, in one phrase; whoever this reader does not know of is left out. */
  function namesOf(parties: readonly string[]): string {
    const seats = parties.map((party) => hearing.seatOf(party)).filter((seat) => seat !== undefined);
    return seats.map(fullName).join(locale.value === 'en' ? ', ' : '、');
  }
  return { nameOf, fullName, shortName, namesOf };
}
