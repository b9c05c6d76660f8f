/** What belongs together of a party's sources: the person, what they share, the camera on their room. */
import type { Source } from '@/protocol.gen';

export type Group = 'person' | 'share' | 'room';

export function groupOf(source: Source): Group {
  if (source === 'room') return 'room';
  return source === 'screen' || source === 'screen_sound' ? 'share' : 'person';
}
