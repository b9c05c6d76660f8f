/** Hold a line while it is edited here, and show the others what is typed. */
import { onScopeDispose, ref, watch, type Ref } from 'vue';
import { codeOf } from '@/api/http';
import { useConnection } from '@/connection/store';
import type { Ask } from '@/protocol.gen';

const KEEP = 3000; // ms; the server lets go after ten seconds
const TYPE = 350; // ms between two tellings
const SHOWN = 1000; // characters, the last ones

/** `held`: somebody else has it, so nothing is taken from here. */
export function useLease(line: number) {
  const connection = useConnection();
  const held = ref(false);

  async function keep(): Promise<void> {
    try {
      await connection.ask({ type: 'hold_line', line });
      held.value = false;
    } catch (error) {
      held.value = codeOf(error) === 'line_held';
    }
  }
  void keep();
  const timer = setInterval(() => void keep(), KEEP);
  onScopeDispose(() => {
    clearInterval(timer);
    void quietly({ type: 'release_line', line });
  });
  return { held };
}

/** Tell bench and desks what is typed, a few times a second at most; nothing when it is nothing. */
export function useTyping(line: number | null, speaker: Ref<string>, text: Ref<string>): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let told = '';

  function tell(): void {
    timer = undefined;
    const shown = Array.from(text.value).slice(-SHOWN).join('');
    if (shown === told) return;
    told = shown;
    void quietly({ type: 'type_line', line, speaker: speaker.value, text: shown });
  }
  watch(text, (now) => {
    if (!now) {
      clearTimeout(timer);
      tell();
    } else timer ??= setTimeout(tell, TYPE);
  });
  onScopeDispose(() => {
    clearTimeout(timer);
    if (told) void quietly({ type: 'type_line', line, speaker: speaker.value, text: '' });
  });
}

/** Nothing is lost when it does not arrive. */
async function quietly(ask: Ask): Promise<void> {
  try {
    await useConnection().ask(ask);
  } catch {
    // The server lets go by itself.
  }
}
