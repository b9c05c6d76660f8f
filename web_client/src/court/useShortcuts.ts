/** Single keys that act anywhere, but never while somebody is typing or a dialog is open. */
import { onBeforeUnmount, onMounted } from 'vue';

export function useShortcuts(actions: Record<string, () => unknown>): void {
  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target)) return;
    if (document.querySelector('[role="dialog"][aria-modal="true"]:not([hidden])')?.checkVisibility()) return;
    const action = actions[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
  }
  onMounted(() => addEventListener('keydown', onKey));
  onBeforeUnmount(() => removeEventListener('keydown', onKey));
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
