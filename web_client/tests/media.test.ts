/** What is sent: each source once, and what somebody chose to send over every link that follows. */
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Refused } from '@/api/http';
import type { AskFunction } from '@/connection/socket';
import { useConnection } from '@/connection/store';
import { MediaLink } from '@/media/link';
import { useMedia } from '@/media/store';

type Listener = (...given: any[]) => void;

/** As mediasoup-client sends: one track after the other, and closing ends what waits for an answer. */
class Transport {
  private readonly listeners = new Map<string, Listener>();
  private last: Promise<unknown> = Promise.resolve();
  private readonly closing = new EventTarget();

  constructor(readonly id: string) {}

  on(event: string, listener: Listener): void {
    this.listeners.set(event, listener);
  }

  produce({ track, appData }: { track: MediaStreamTrack; appData: object }): Promise<object> {
    const asks = () =>
      new Promise<object>((done, failed) => {
        this.closing.addEventListener('closed', () => failed(new Error('closed')));
        const produced = { closed: false, paused: false, close: () => undefined, replaceTrack: async () => undefined };
        this.listeners.get('produce')!({ kind: track.kind, rtpParameters: {}, appData }, () => done(produced), failed);
      });
    const produced = this.last.catch(() => undefined).then(asks);
    this.last = produced;
    return produced;
  }

  close(): void {
    this.closing.dispatchEvent(new Event('closed'));
  }
}

vi.mock('mediasoup-client', () => ({
  Device: class {
    sendRtpCapabilities = {};
    recvRtpCapabilities = {};
    load = () => Promise.resolve();
    createSendTransport = ({ id }: { id: string }) => new Transport(id);
    createRecvTransport = ({ id }: { id: string }) => new Transport(id);
  },
}));

/** The server's side: a source is taken once; a new sending transport replaces the old one and its tracks. */
class Server {
  readonly sent = new Map<string, string>(); // by source, the transport
  links = 0;
  refuses = '';
  answers: Promise<void> = Promise.resolve();

  ask = (async (ask: any): Promise<any> => {
    if (ask.type === 'restart_ice') throw new Refused('not_found');
    if (ask.type === 'create_transport' && ask.direction === 'send') {
      this.sent.clear();
      this.links += 1;
    }
    if (ask.type === 'create_transport') return { transport: `${ask.direction} ${this.links}` };
    if (ask.type === 'close_producer') this.sent.delete(ask.source);
    if (ask.type === 'produce') return this.produce(ask);
    return { type: 'done', seq: 0 };
  }) as AskFunction;

  private async produce({ source, transport }: { source: string; transport: string }) {
    await this.answers;
    if (source === this.refuses) throw new Refused('share_taken');
    if (this.sent.has(source)) throw new Refused('media', 'source_in_use');
    this.sent.set(source, transport);
    return { producer: source };
  }
}

const picture = () => Object.assign(new EventTarget(), { kind: 'video', stop: vi.fn() }) as unknown as MediaStreamTrack;
const later = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
const never = new Promise<void>(() => undefined);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('navigator', { onLine: true });
  vi.stubGlobal('addEventListener', () => undefined);
  setActivePinia(createPinia());
  useConnection().state = 'entered';
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('asks once for a source that is sent twice at once, and stops it only after that', async () => {
  const [server, camera] = [new Server(), picture()];
  const link = new MediaLink(server.ask, { onTrack: () => undefined, onBroken: () => undefined }, {}, true);
  await Promise.all([link.send('camera', camera, true), link.send('camera', camera, true)]);
  expect([...server.sent]).toEqual([['camera', 'send 1']]);
  await Promise.all([link.send('screen', picture(), true), link.stopSending('screen')]);
  expect([...server.sent]).toEqual([['camera', 'send 1']]);
});

it('sends a camera on the room over the next link, when the first breaks before the server has it', async () => {
  const [media, first, second, room] = [useMedia(), new Server(), new Server(), picture()];
  first.answers = never;
  await media.start(first.ask, {});
  const sent = media.sendExtra('room', room);
  await later();
  await media.start(second.ask, {}); // the socket was lost: a new welcome
  await sent;
  expect([...second.sent.keys()]).toEqual(['room']);
});

it('makes a new link when no answer comes, and sends the camera on the room over it', async () => {
  const [media, server] = [useMedia(), new Server()];
  await media.start(server.ask, {});
  server.answers = Promise.reject(new Refused('timeout'));
  await media.sendExtra('room', picture());
  expect(media.failed).toBe(true);
  server.answers = Promise.resolve();
  await later(1000);
  expect([media.failed, [...server.sent]]).toEqual([false, [['room', 'send 2']]]);
});

it('ends a share that is refused over a new link, and keeps the link', async () => {
  const [media, server, screen] = [useMedia(), new Server(), picture()];
  const ended = vi.fn();
  screen.addEventListener('ended', ended);
  await media.start(server.ask, {});
  await media.sendExtra('screen', screen);
  server.refuses = 'screen';
  await media.start(server.ask, {});
  await later(10_000);
  expect([server.links, media.failed, ended.mock.calls.length]).toEqual([2, false, 1]);
  expect(screen.stop).toHaveBeenCalled();
});

it('tells who shares that the server refuses it, and sends nothing', async () => {
  const [media, server] = [useMedia(), new Server()];
  await media.start(server.ask, {});
  server.refuses = 'screen';
  await expect(media.sendExtra('screen', picture())).rejects.toMatchObject({ code: 'share_taken' });
  server.refuses = '';
  await media.start(server.ask, {});
  expect([server.links, server.sent.size]).toEqual([2, 0]);
});
