/** The seat of this page, given to everything below it. */
import { inject, provide, type InjectionKey, type ShallowRef } from 'vue';
import type { SeatInfo } from '@/api/seats';

const KEY: InjectionKey<ShallowRef<SeatInfo | null>> = Symbol('seat');

export const provideSeat = (info: ShallowRef<SeatInfo | null>) => provide(KEY, info);

/** Only below SeatScreen, which shows nothing before it knows the seat. */
export function useSeat(): SeatInfo {
  const info = inject(KEY)?.value;
  if (!info) throw new Error('useSeat outside SeatScreen');
  return info;
}
