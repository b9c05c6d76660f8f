/** Says aloud and for a moment what has just changed for this party. */
import { watch } from 'vue';
import { useI18n } from 'vue-i18n';
import { useConnection } from '@/connection/store';
import { useHearing } from '@/hearing/store';
import { useDevices, type Kind } from '@/media/devices';
import { useNotices } from './useNotices';

export function useHappenings(): void {
  const { t } = useI18n({ useScope: 'global' });
  const connection = useConnection();
  const hearing = useHearing();
  const devices = useDevices();
  const { notify } = useNotices();

  watch(
    () => hearing.view?.phase,
    (now, before) => {
      if (!before) return; // one has just come in
      if (now === 'in_session') notify('phase', t(before === 'paused' ? 'banner.resumed' : 'banner.opened'));
      if (now === 'paused') notify('phase', t('banner.paused'));
      if (now === 'closed') notify('phase', t('banner.closed'));
    },
  );
  watch(
    () => ({ muted: hearing.me?.muted, presence: hearing.me?.presence, talkEnd: hearing.talkEnd }),
    (now, before) => {
      if (now.presence === 'consulting') {
        if (before.presence !== 'consulting') notify('talk', t('talk.went_in'));
      } else if (before.presence === 'consulting') {
        notify('talk', t(`talk.came_out_${hearing.talkEnd ?? 'left'}`));
      } else if (now.talkEnd === 'session' && before.talkEnd !== 'session') {
        notify('talk', t('talk.ended_session'));
      } else if (before.muted !== undefined && now.muted !== before.muted) {
        notify('muted', t(now.muted ? 'banner.muted' : 'banner.unmuted'), now.muted ? 'bad' : 'plain');
      }
    },
  );
  for (const kind of ['camera', 'microphone'] as Kind[]) {
    watch(
      () => devices.tracks[kind],
      (track) => {
        const key = kind === 'camera' ? 'banner.camera_lost' : 'banner.mic_lost';
        if (!track && connection.state === 'entered') notify('device', t(key, { state: t(`device.${devices.states[kind]}`) }), 'bad');
      },
    );
  }
}
