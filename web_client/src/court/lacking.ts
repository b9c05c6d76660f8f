/** Why nothing comes from a camera or microphone, as far as this reader may know: a key of the words. */
import type { Device } from '@/protocol.gen';

const REASONS: ReadonlySet<Device> = new Set(['denied', 'missing', 'busy']);

export function lacking(what: 'camera' | 'mic', device: Device | null): string {
  return `room.${what}_${device && REASONS.has(device) ? device : 'none'}`;
}
