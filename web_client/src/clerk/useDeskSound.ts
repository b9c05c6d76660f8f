/** The sound of a line at the desk: for the clerk's own ears, while the hearing goes on. */
import { onScopeDispose, ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { codeOf, detailOf, type FaultCode } from '@/api/http';
import { useNotices } from '@/court/useNotices';
import { useSeat } from '@/screens/useSeat';
import { linePath, playLine, type Playing } from '@/signing/sound';

export function useDeskSound() {
  const { t } = useI18n({ useScope: 'global' });
  const { party } = useSeat();
  const { notify } = useNotices();
  const heard = ref<number | null>(null); // the line that sounds, or is fetched for it
  let playing: Playing | null = null;
  let turns = 0; // what comes late of an earlier line plays no more

  function stop(): void {
    turns += 1;
    playing?.stop();
    playing = null;
    heard.value = null;
  }

  const tell = (code: FaultCode, detail = '') => notify(code, t(`error.${code}`, { detail }), 'bad');

  /** The same line again: silence. */
  async function hear(line: number): Promise<void> {
    const was = heard.value;
    stop();
    if (was === line) return;
    const turn = turns;
    heard.value = line;
    try {
      const begun = await playLine(linePath.desk(party.id, line), () => turn === turns && stop());
      if (begun && turn !== turns) begun.stop();
      else if (begun && heard.value === line) playing = begun;
      else if (!begun && turn === turns) (stop(), tell('no_sound'));
    } catch (error) {
      if (turn === turns) (stop(), tell(codeOf(error), detailOf(error)));
    }
  }

  onScopeDispose(stop);
  return { heard, hear };
}
