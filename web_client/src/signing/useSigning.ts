/** Where this party stands with the frozen transcript. */
import { computed } from 'vue';
import { useHearing } from '@/hearing/store';
import type { FreezeView, Role } from '@/protocol.gen';

/** The order of signing: parties, clerk, judges, presiding judge (as decide.py has it). */
const RANKS: Partial<Record<Role, number>> = { clerk: 1, judge: 2, assessor: 2, presiding_judge: 3 };
export const rankOf = (role: Role): number => RANKS[role] ?? 0;

/**
 * `none` nothing to sign yet · `preparing` the document is being made · `changed` a new freeze is due ·
 * `not_signer` · `wait` others first · `ready` · `signed` · `refused`
 */
export type SigningState =
  | 'none' | 'preparing' | 'changed' | 'not_signer' | 'wait' | 'ready' | 'signed' | 'refused';

export const outstanding = (freeze: FreezeView): string[] =>
  freeze.signers.filter((party) => !(party in freeze.signed) && !(party in freeze.refused));

export function useSigning() {
  const hearing = useHearing();
  const freeze = computed(() => hearing.view?.freeze ?? null);

  /** Those who must answer before this party may sign. */
  const before = computed(() => {
    const mine = rankOf(hearing.me?.role ?? 'observer');
    const others = freeze.value ? outstanding(freeze.value) : [];
    return others.filter((party) => rankOf(hearing.seatOf(party)?.role ?? 'observer') < mine);
  });

  const state = computed<SigningState>(() => {
    const now = freeze.value;
    if (!now) return hearing.view?.phase === 'closed' ? 'preparing' : 'none';
    if (!now.sealed) return 'preparing';
    if (hearing.you in now.signed) return 'signed';
    if (hearing.you in now.refused) return 'refused';
    if (now.changed_since) return 'changed';
    if (!now.signers.includes(hearing.you)) return 'not_signer';
    return before.value.length ? 'wait' : 'ready';
  });

  return { freeze, before, state };
}
