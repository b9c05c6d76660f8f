/** What alarms, people and lines are called, in the language of the page. */
import { useI18n } from 'vue-i18n';
import type { CentreTask, Who } from '@/api/centre';
import { roleKey } from '@/hearing/roles';

export function useCentreWords() {
  const { t } = useI18n({ useScope: 'global' });

  const roleOf = (who: Who, procedure: string): string => t(roleKey(who.role, procedure));
  const personOf = (who: Who, procedure: string): string => `${roleOf(who, procedure)} ${who.name}`.trim();

  /** The particulars of an alarm: a cause, devices, what failed. */
  function detailOf({ kind, detail }: CentreTask): string {
    if (!detail) return '';
    const parts = detail.split(' ');
    if (kind === 'disconnected') return t(`cause.${detail}`);
    if (kind === 'judge_absent') return t('centre.clerk_in_charge');
    if (kind === 'check_failed') return parts.map((part) => t(`centre.part.${part}`)).join(t('centre.and'));
    if (kind !== 'media_blocked') return detail;
    const blocked = parts.map((part) => part.split(':'));
    return blocked.map(([name, state]) => `${t(`centre.part.${name}`)} ${t(`device.${state}`)}`).join(t('centre.and'));
  }

  const lossOf = (loss: number): string => `${(loss * 100).toFixed(loss > 0 && loss < 0.1 ? 1 : 0)} %`;
  const tripOf = (ms: number | null): string => (ms === null ? '–' : `${ms} ms`);

  function ago(since: number, now: number): string {
    const minutes = Math.floor(Math.max(0, now - since) / 60_000);
    if (minutes < 1) return t('centre.just_now');
    return minutes < 60 ? t('centre.minutes', { n: minutes }) : t('centre.hours', { h: Math.floor(minutes / 60), m: minutes % 60 });
  }
  return { roleOf, personOf, detailOf, lossOf, tripOf, ago };
}
