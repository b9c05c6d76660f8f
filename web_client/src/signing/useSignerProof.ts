/** What a party has still to show before this signature, as decide/signing.py has it. */
import { computed } from 'vue';
import { isStaff } from '@/hearing/roles';
import { useHearing } from '@/hearing/store';
import type { FreezeView, HearingView, SeatView } from '@/protocol.gen';

export type Proof = '' | 'code' | 'camera';

export function proofDue(view: HearingView, seat: SeatView, freeze: FreezeView): Proof {
  const { demands } = view;
  if (isStaff(seat.role) || freeze.identified.includes(seat.party)) return '';
  if (demands.sign_identity) return 'camera';
  const entered = (seat.entry?.code_confirmed_at ?? 0) >= freeze.frozen_at;
  return demands.sign_code && !seat.entry?.kiosk && !entered ? 'code' : '';
}

/** Of this party, with the document that lies before them. */
export function useSignerProof() {
  const hearing = useHearing();
  return computed<Proof>(() => {
    const { view, me } = hearing;
    return view?.freeze && me ? proofDue(view, me, view.freeze) : '';
  });
}
