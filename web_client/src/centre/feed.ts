/** What the server pushes, for as long as somebody looks. The browser comes back by itself after a loss. */
import { onScopeDispose, ref } from 'vue';
import { useStaff } from '@/staff/store';

export type FeedState = 'opening' | 'live' | 'lost';
const RETRY = 3000; // ms after an answer that was a refusal

/** Calls `handlers` by the name of the event with its value. Ends with the scope. */
export function useFeed(path: () => string, handlers: Record<string, (value: never) => void>) {
  const staff = useStaff();
  const state = ref<FeedState>('opening');
  let source: EventSource | null = null;
  let timer = 0;

  function open(): void {
    close();
    state.value = 'opening';
    const opened = new EventSource(path());
    source = opened;
    opened.onopen = () => (state.value = 'live');
    opened.onerror = () => {
      state.value = 'lost';
      if (opened.readyState === EventSource.CLOSED) void refused();
    };
    for (const [name, take] of Object.entries(handlers))
      opened.addEventListener(name, (event) => take(JSON.parse((event as MessageEvent<string>).data) as never));
    opened.addEventListener('over', () => {
      close();
      void staff.load(); // the session has ended: the shell shows the sign-in
    });
  }

  async function refused(): Promise<void> {
    await staff.load();
    if (staff.session?.stage === 'full') timer = window.setTimeout(open, RETRY);
  }

  function close(): void {
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  onScopeDispose(close);
  return { state, open, close };
}
