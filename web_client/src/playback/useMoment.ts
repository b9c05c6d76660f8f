/** What is so at the moment that is played, for everything on the page that asks. */
import { computed, inject, provide, type InjectionKey } from 'vue';
import { useI18n } from 'vue-i18n';
import type { Custody, PlaybackSeat } from '@/api/playback';
import { useRoleName } from '@/components/useRoleName';
import type { Player } from './player';
import { lineAt, maskedAt, speaksAt, stretchesOf } from './timeline';

export function makeMoment(player: Player, custody: () => Custody) {
  const { t } = useI18n({ useScope: 'global' });
  const roleName = useRoleName();
  const index = player.index;
  const seats = computed(() => index.value?.seats ?? []);
  const lines = computed(() => index.value?.lines ?? []);
  const notes = computed(() => [...custody().notes].sort((a, b) => a.at - b.at));
  const line = computed(() => lineAt(lines.value, player.at.value));
  const speaker = computed(() => (speaksAt(line.value, player.at.value) ? line.value!.speaker : null));
  const masked = computed(() => maskedAt(index.value?.masked ?? [], player.at.value));
  const stages = computed(() => stretchesOf(index.value?.turns ?? [], 'stage', player.ended.value));
  const phases = computed(() => stretchesOf(index.value?.turns ?? [], 'phase', player.ended.value));
  const readBacks = computed(() => (index.value?.turns ?? []).filter(({ kind }) => kind === 'read_back'));
  const stage = computed(() => stages.value.find((one) => one.started_at <= player.at.value && player.at.value < one.ended_at) ?? null);
  const seatOf = (party: string): PlaybackSeat | undefined => seats.value.find((seat) => seat.party === party);

  /** Role and name; the role alone for whom this reader may not know by name. */
  function nameOf(party: string): string {
    const seat = seatOf(party);
    return seat ? `${roleName(seat.role)} ${seat.name}`.trim() : t('playback.somebody');
  }
  const readBackWords = (places: string) => t('playback.read_back', { lines: places.split(' ').join(t('playback.and')) });
  return { index, seats, lines, notes, line, speaker, masked, stages, phases, readBacks, readBackWords, stage, seatOf, nameOf, roleName };
}

export type Moment = ReturnType<typeof makeMoment>;
const PLAYER: InjectionKey<Player> = Symbol('player');
const MOMENT: InjectionKey<Moment> = Symbol('moment');

export function providePlayback(player: Player, moment: Moment): void {
  provide(PLAYER, player);
  provide(MOMENT, moment);
}

/** Only below PlaybackRoom. */
export const usePlayback = (): { player: Player; moment: Moment } => ({ player: inject(PLAYER)!, moment: inject(MOMENT)! });
