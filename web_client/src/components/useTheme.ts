/** Light or dark: the system's at first, switched, remembered. */
import { ref, watchEffect } from 'vue';

const KEY = 'hearing.theme';
const system = matchMedia('(prefers-color-scheme: dark)');
const kept = localStorage.getItem(KEY);
const dark = ref(kept ? kept === 'dark' : system.matches);

system.addEventListener('change', ({ matches }) => {
  if (!localStorage.getItem(KEY)) dark.value = matches;
});
watchEffect(() => document.documentElement.classList.toggle('dark', dark.value));

export function useTheme() {
  function toggle(): void {
    dark.value = !dark.value;
    localStorage.setItem(KEY, dark.value ? 'dark' : 'light');
  }
  return { dark, toggle };
}
