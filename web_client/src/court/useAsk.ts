/** Ask the server for something and tell the person when it is refused. */
import { ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { codeOf, detailOf, Refused, type FaultCode } from '@/api/http';
import { useConnection } from '@/connection/store';
import type { Ask, Clash } from '@/protocol.gen';
import { useNotices } from './useNotices';

export function useAsk() {
  const { t } = useI18n({ useScope: 'global' });
  const connection = useConnection();
  const { notify } = useNotices();
  const busy = ref(false);
  const clashes = ref<Clash[]>([]); // of the last ask: who asks for a time shows them

  /** The code of the refusal, or null when it is done. What is so already is no error. */
  async function run(ask: Ask): Promise<FaultCode | null> {
    busy.value = true;
    clashes.value = [];
    try {
      await connection.ask(ask);
      return null;
    } catch (error) {
      const code = codeOf(error);
      clashes.value = error instanceof Refused ? ((error.more.clashes as Clash[] | undefined) ?? []) : [];
      if (code !== 'no_change' && code !== 'clash') notify(code, t(`error.${code}`, { detail: detailOf(error) }), 'bad');
      return code;
    } finally {
      busy.value = false;
    }
  }

  return { run, busy, clashes };
}
