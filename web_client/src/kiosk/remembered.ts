/** What the machine itself remembers over a restart: which of its cameras shows the whole room. */
const KEY = 'kiosk-room-camera';

export const rememberedRoom = (): string => localStorage.getItem(KEY) ?? '';

export function rememberRoom(deviceId: string): void {
  if (deviceId) localStorage.setItem(KEY, deviceId);
  else localStorage.removeItem(KEY);
}
