/** What is read aloud by screen readers, wherever it was said. */
import { ref } from 'vue';

export const announcement = ref('');

export function announceAloud(text: string): void {
  announcement.value = '';
  requestAnimationFrame(() => (announcement.value = text));
}
