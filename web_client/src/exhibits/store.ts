/** What this browser does with exhibits: the drawer, the uploads, and whether one looks on one's own. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { uploadServer } from '@/api/exhibits';
import { useHearing } from '@/hearing/store';
import type { ExhibitView } from '@/protocol.gen';
import { upload, type UploadState } from './upload';

const POINTED = 3000; // ms that the presenter's pointer stays

/** What is on the screen: the presenter's exhibit, or another that one reads alone. */
export interface Open {
  exhibit: number;
  name: string;
  media_type: string;
  pages: number;
}

export const useExhibits = defineStore('exhibits', () => {
  const hearing = useHearing();
  const open = ref(false);
  const uploads = ref<UploadState[]>([]);
  const alone = shallowRef<Open | null>(null); // read on one's own
  const pointer = shallowRef<{ x: number; y: number } | null>(null);
  const stops = new Map<number, AbortController>();
  let last = 0;
  let fading = 0;

  const list = computed(() => [...(hearing.view?.exhibits ?? [])].sort((a, b) => a.exhibit - b.exhibit));
  const shown = computed(() => hearing.view?.shown ?? null);
  const presenting = computed(() => !!shown.value && shown.value.party === hearing.you);
  const current = computed<Open | null>(() => alone.value ?? shown.value);
  const following = computed(() => !alone.value);

  function lookAlone(one: Open | ExhibitView): void {
    const { exhibit, name, media_type, pages } = one;
    alone.value = { exhibit, name, media_type, pages };
  }
  const follow = () => (alone.value = null);

  function pointed(x: number, y: number): void {
    pointer.value = { x, y };
    clearTimeout(fading);
    fading = window.setTimeout(() => (pointer.value = null), POINTED);
  }

  function submit(seat: string, files: Iterable<File>): void {
    for (const file of files) {
      const key = ++last;
      const stop = new AbortController();
      stops.set(key, stop);
      const { name, size } = file;
      uploads.value.push({ key, name, size, sent: 0, stage: 'sending', code: '', detail: '', exhibit: null, notes: [] });
      const change = (what: Partial<UploadState>) => {
        const one = uploads.value.find((each) => each.key === key);
        if (one) Object.assign(one, what);
      };
      void upload(file, uploadServer(seat), change, stop.signal);
    }
  }

  /** Stop it if it runs, and take it off the list. */
  function dismiss(key: number): void {
    stops.get(key)?.abort();
    stops.delete(key);
    uploads.value = uploads.value.filter((one) => one.key !== key);
  }

  return { open, uploads, alone, pointer, list, shown, presenting, current, following, lookAlone, follow, pointed, submit, dismiss };
});
