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
