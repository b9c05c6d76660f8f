/** What stands between the seats and the bench: a shared screen, or an exhibit that is shown or read alone. */
import { computed } from 'vue';
import { useExhibits } from '@/exhibits/store';
import { meets } from '@/hearing/roles';
import { useHearing } from '@/hearing/store';
import type { SeatView } from '@/protocol.gen';

export type Stage = 'screen' | 'exhibit' | null;

export function useStage() {
  const hearing = useHearing();
  const exhibits = useExhibits();

  /** Who shares a screen before this reader; one at a time. */
  const sharer = computed<SeatView | null>(() => {
    const { view, me } = hearing;
    if (!view || !me) return null;
    const sharing = view.seats.filter((seat) => seat.sources.screen !== undefined);
    return sharing.find((seat) => seat.party === me.party || meets(view, me, seat)) ?? null;
  });
  const stage = computed<Stage>(() => {
    if (sharer.value) return 'screen';
    const looking = hearing.me?.presence === 'admitted';
    return exhibits.current && looking ? 'exhibit' : null;
  });
  return { stage, sharer };
}
