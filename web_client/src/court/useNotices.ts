/** Short messages that pass by themselves: refusals, changes of phase, lost devices. */
import { ref, watch } from 'vue';
import { announceAloud } from '@/components/useAnnouncer';
import { i18n } from '@/i18n';

export interface Notice {
  id: number;
  code: string;
  text: string;
  tone: 'plain' | 'bad';
}

const SHOWN = 6000; // ms
const MAX_NOTICES = 4;
const notices = ref<Notice[]>([]);
let last = 0;
watch(i18n.global.locale, () => (notices.value = [])); // they were said in the other language

export function useNotices() {
  function notify(code: string, text: string, tone: Notice['tone'] = 'plain'): void {
    const id = (last += 1);
    notices.value = [...notices.value, { id, code, text, tone }].slice(-MAX_NOTICES);
    announceAloud(text);
    setTimeout(() => dismiss(id), SHOWN);
  }
  function dismiss(id: number): void {
    notices.value = notices.value.filter((notice) => notice.id !== id);
  }
  return { notices, notify, dismiss };
}
