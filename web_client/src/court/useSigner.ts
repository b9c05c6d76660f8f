/** The sign-language interpreter whom this reader needs, or has chosen: their picture stays large. */
import { computed } from 'vue';
import { meets } from '@/hearing/roles';
import { useHearing } from '@/hearing/store';
import type { SeatView } from '@/protocol.gen';

export function useSigner() {
  const hearing = useHearing();
  return computed<SeatView | null>(() => {
    const { view, me } = hearing;
    if (!view || !me) return null;
    const needed = (seat: SeatView) => seat.interpreter_for.includes(me.party) || me.entry?.listens_to === seat.party;
    return view.seats.find((seat) => seat.sign_language && needed(seat) && meets(view, me, seat)) ?? null;
  });
}
