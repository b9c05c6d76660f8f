/** Every key of playback, in the order in which the list of shortcuts shows them. */
import { onBeforeUnmount, onMounted } from 'vue';

export interface Key {
  keys: string[]; // as the keyboard names them, lower case; with `shift ` before it where that is held
  shown: string[];
  word: string; // of i18n
  act: () => unknown;
}

export function useKeys(keys: Key[]): void {
  const acts = new Map(keys.flatMap((key) => key.keys.map((name) => [name, key.act] as const)));

  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || taken(event)) return;
    if (document.querySelector('[role="dialog"][aria-modal="true"]:not([hidden])')?.checkVisibility()) return;
    const name = event.key.toLowerCase();
    const act = acts.get(event.shiftKey && name.length > 1 ? `shift ${name}` : name) ?? (event.shiftKey ? undefined : acts.get(name));
    if (!act) return;
    event.preventDefault();
    act();
  }
  onMounted(() => addEventListener('keydown', onKey));
  onBeforeUnmount(() => removeEventListener('keydown', onKey));
}

/** Where somebody types, and where a key has a meaning of its own. */
function taken(event: KeyboardEvent): boolean {
  const { target, key } = event;
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName)) return true;
  if (target.tagName === 'INPUT') return true;
  const pressed = key === ' ' || key === 'Enter';
  return pressed && /^(BUTTON|A|SUMMARY)$/.test(target.tagName) && !target.closest('[data-plays]');
}
