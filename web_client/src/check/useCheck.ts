/** One round of the self-check: what each part found, the score, and what was sent to the clerk. */
import { computed, reactive, ref, watch } from 'vue';
import { reportCheck, type CheckResult } from '@/api/entering';
import type { Verdict } from '@/protocol.gen';
import { lineScore, lineVerdict, wholeScore, type LineNumbers } from './score';

export type Part = 'camera' | 'microphone' | 'loudspeaker';
const SETTLED = 1500; // ms without a change before it is sent

export function useCheck(seat: string) {
  const parts = reactive<Record<Part, Verdict>>({ camera: 'untested', microphone: 'untested', loudspeaker: 'untested' });
  const line = ref<LineNumbers | null>(null);
  const sent = ref(false);
  const failed = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;

  const result = computed<CheckResult>(() => ({
    ...parts,
    line: line.value ? lineVerdict(line.value) : 'untested',
    up_kbit: line.value?.up_kbit ?? null,
    down_kbit: line.value?.down_kbit ?? null,
    rtt_ms: line.value?.rtt_ms ?? null,
    loss_permille: line.value?.loss_permille ?? null,
  }));
  const score = computed(() => (line.value ? wholeScore(parts, lineScore(line.value)) : null));

  async function send(): Promise<void> {
    try {
      await reportCheck(seat, result.value);
      sent.value = true;
      failed.value = false;
    } catch {
      failed.value = true;
    }
  }

  watch(result, () => {
    sent.value = false;
    clearTimeout(timer);
    if (line.value) timer = setTimeout(() => void send(), SETTLED);
  });

  return { parts, line, score, sent, failed, send };
}
