/** F1 to F8 for the first eight seats, in their fixed order. */
import { computed } from 'vue';
import { useHearing } from '@/hearing/store';

export function useHotkeys() {
  const hearing = useHearing();
  const seats = computed(() => hearing.seats);
  const keyOf = computed<Record<string, string>>(() =>
    Object.fromEntries(seats.value.slice(0, 8).map((seat, index) => [seat.party, `F${index + 1}`])),
  );
  return { seats, keyOf };
}
