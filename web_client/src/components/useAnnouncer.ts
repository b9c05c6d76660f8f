/** What is read aloud by screen readers, wherever it was said. */
import { ref, watch } from 'vue';
import { i18n } from '@/i18n';

export const announcement = ref('');
watch(i18n.global.locale, () => (announcement.value = '')); // it was said in the other language

export function announceAloud(text: string): void {
  announcement.value = '';
  requestAnimationFrame(() => (announcement.value = text));
}
