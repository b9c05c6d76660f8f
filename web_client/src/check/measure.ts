/** The line as the hearing will use it: bandwidth by timed noise, the rest by a mirror of the media path. */
import { Device } from 'mediasoup-client';
import type { Transport, TransportOptions } from 'mediasoup-client/types';
import {
  closeMirror, connectMirror, makeMirror, mirrorTrack, PROBE, probeDown, probeUp, readMirror, resumeMirror,
  type MirrorMade, type MirrorResult,
} from '@/api/entering';
import type { LineNumbers } from './score';

const LISTEN = 4000; // ms that the mirror is watched
const CONNECT = 8000; // ms to find a way, TCP included
const ROUNDS = 4; // probes each way, or as many as fit into
const ENOUGH = 2500; // ms

export async function measureLine(seat: string, tracks: MediaStreamTrack[]): Promise<LineNumbers> {
  const down_kbit = await speed(() => probeDown(seat));
  const noise = new Blob([crypto.getRandomValues(new Uint8Array(65_536)), new Uint8Array(PROBE - 65_536)]);
  const up_kbit = await speed(() => probeUp(seat, noise));
  const media = await reflect(seat, tracks);
  return { up_kbit, down_kbit, ...media };
}

/** The median rate of a few rounds, kbit/s; the first is for warming up. */
async function speed(transfer: () => Promise<unknown>): Promise<number | null> {
  const rates: number[] = [];
  const begin = performance.now();
  try {
    for (let round = 0; round <= ROUNDS && (round < 2 || performance.now() - begin < ENOUGH); round += 1) {
      const start = performance.now();
      await transfer();
      if (round) rates.push((PROBE * 8) / Math.max(1, performance.now() - start));
    }
  } catch {
    return null;
  }
  return Math.round(rates.sort((a, b) => a - b)[Math.floor(rates.length / 2)] ?? 0) || null;
}

type Media = Pick<LineNumbers, 'protocol' | 'rtt_ms' | 'loss_permille'>;
const NOTHING: Media = { protocol: 'none', rtt_ms: null, loss_permille: null };

async function reflect(seat: string, tracks: MediaStreamTrack[]): Promise<Media> {
  const device = new Device();
  const mirror = await makeMirror(seat);
  await device.load({ routerRtpCapabilities: mirror.rtp_capabilities });
  const there = device.createSendTransport(optionsOf(mirror.send));
  const back = device.createRecvTransport(optionsOf(mirror.receive));
  const stand = tracks.some(({ kind }) => kind === 'video') ? null : noise();
  try {
    wire(seat, mirror, there, 'send');
    wire(seat, mirror, back, 'receive');
    return await within(CONNECT + LISTEN, watch(seat, mirror, device, there, back, stand ? [...tracks, stand.track] : tracks));
  } catch {
    return NOTHING;
  } finally {
    there.close();
    back.close();
    stand?.stop();
    closeMirror(seat, mirror.mirror).catch(() => undefined);
  }
}

function wire(seat: string, { mirror }: MirrorMade, transport: Transport, direction: 'send' | 'receive'): void {
  transport.on('connect', ({ dtlsParameters }, done, failed) => {
    connectMirror(seat, mirror, direction, { ...dtlsParameters }).then(() => done(), failed);
  });
}

async function watch(
  seat: string, { mirror }: MirrorMade, device: Device, there: Transport, back: Transport, tracks: MediaStreamTrack[],
): Promise<Media> {
  let mid = 0;
  const coming: Promise<unknown>[] = [];
  there.on('produce', ({ kind, rtpParameters }, done, failed) => {
    const rtp_capabilities = { ...device.recvRtpCapabilities };
    mirrorTrack(seat, mirror, { kind, rtp_parameters: { ...rtpParameters }, rtp_capabilities }).then((track) => {
      const rtp = { ...track.rtp_parameters, mid: String(mid++) };
      coming.push(back.consume({ id: track.consumer, producerId: track.producer, kind, rtpParameters: rtp as never }));
      done({ id: track.producer });
    }, failed);
  });
  for (const track of tracks) await there.produce({ track: track.clone(), stopTracks: true });
  await Promise.all(coming);
  await resumeMirror(seat, mirror);
  await new Promise((resolve) => setTimeout(resolve, LISTEN));
  return mediaOf(await readMirror(seat, mirror), await roundTrip(there));
}

function mediaOf(result: MirrorResult, trip: number | null): Media {
  if (result.protocol === 'none' || !result.packets_in) return NOTHING;
  const loss_permille = Math.max(result.loss_up, result.loss_down);
  return { protocol: result.protocol, rtt_ms: trip ?? result.rtt_ms, loss_permille };
}

/** Of the chosen pair of addresses, ms. */
async function roundTrip(transport: Transport): Promise<number | null> {
  for (const report of (await transport.getStats()).values() as Iterable<Record<string, unknown>>) {
    const time = report.type === 'candidate-pair' && report.nominated ? report.currentRoundTripTime : undefined;
    if (typeof time === 'number') return Math.round(time * 1000);
  }
  return null;
}

/** Somebody without a camera still has a line: a picture that changes, so that there is something to send. */
function noise(): { track: MediaStreamTrack; stop: () => void } {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [320, 180];
  const context = canvas.getContext('2d')!;
  const paint = () => {
    const colour = Math.floor(Math.random() * 360);
    context.fillStyle = `hsl(${colour} 60% 50%)`;
    context.fillRect(Math.random() * 240, Math.random() * 120, 80, 60);
  };
  paint();
  const timer = setInterval(paint, 66);
  const track = canvas.captureStream(15).getVideoTracks()[0]!;
  return {
    track,
    stop: () => {
      clearInterval(timer);
      track.stop();
    },
  };
}

const optionsOf = (options: object) => options as TransportOptions;

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return Promise.race([work, new Promise<never>((_, reject) => setTimeout(reject, ms, new Error('timeout')))]);
}
