/** The time of the court: the server's clock, ticking here. */
import { computed, onScopeDispose, ref } from 'vue';
import { useHearing } from '@/hearing/store';

export function useClock() {
  const hearing = useHearing();
  const local = ref(Date.now());
  const timer = setInterval(() => (local.value = Date.now()), 500);
  onScopeDispose(() => clearInterval(timer));
  const now = computed(() => local.value + hearing.clockOffset);
  return { now };
}

const pad = (value: number) => String(value).padStart(2, '0');

/** 14:03:07 */
export function clockTime(at: number): string {
  const time = new Date(at);
  return `${pad(time.getHours())}:${pad(time.getMinutes())}:${pad(time.getSeconds())}`;
}

/** 2026-11-23 14:03 */
export function dayAndTime(at: number): string {
  const time = new Date(at);
  const day = `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`;
  return `${day} ${pad(time.getHours())}:${pad(time.getMinutes())}`;
}
