/** Both media transports of one connection, and the tracks on them (ORTC by mediasoup-client). */
import { Device } from 'mediasoup-client';
import type { Consumer, Producer, RtpCapabilities, Transport, TransportOptions } from 'mediasoup-client/types';
import type { AskFunction } from '@/connection/socket';
import type { ConsumerOpened, Source, TransportCreated } from '@/protocol.gen';
import { groupOf } from './groups';

const MAX_VIDEO_BITRATE = 1_200_000; // bit/s
const MAX_SCREEN_BITRATE = 2_500_000; // bit/s
const START_VIDEO_BITRATE = 800; // kbit/s, as Chromium's own parameter wants it

const GATHER = 12; // ms in which consumers are gathered, so that they share one negotiation

type Direction = 'send' | 'receive';

export interface LinkOwner {
  /** A remote track that may be shown. */
  onTrack(opened: ConsumerOpened, track: MediaStreamTrack): void;
  /** The transport has lost its way and could not find it again: the link must be made anew. */
  onBroken(): void;
}

export class MediaLink {
  private readonly device = new Device();
  private readonly transports = new Map<Direction, Transport>();
  private readonly producers = new Map<Source, Producer>();
  private readonly consumers = new Map<string, Consumer>();
  private readonly restarts = new Map<Direction, number>();
  private readonly turns = new Map<Source, Promise<void>>();
  private lastMid = -1;
  private gathering: Promise<void> | null = null;
  private closed = false;
  private readonly ready: Promise<void>;

  constructor(
    private ask: AskFunction,
    private readonly owner: LinkOwner,
    capabilities: object,
    speaks: boolean,
  ) {
    this.ready = this.open(capabilities as RtpCapabilities, speaks);
  }

  private async open(routerRtpCapabilities: RtpCapabilities, speaks: boolean): Promise<void> {
    await this.device.load({ routerRtpCapabilities });
    const directions: Direction[] = speaks ? ['send', 'receive'] : ['receive'];
    await Promise.all(directions.map((direction) => this.createTransport(direction)));
  }

  /** Resolves when both transports stand; rejects when the server refused one. */
  whenReady(): Promise<void> {
    return this.ready;
  }

  private async createTransport(direction: Direction): Promise<void> {
    const created = await this.ask({
      type: 'create_transport',
      direction,
      rtp_capabilities:
        direction === 'receive' ? { ...this.device.recvRtpCapabilities } : null,
    });
    if (this.closed) return;
    const options = transportOptions(created);
    const transport =
      direction === 'send'
        ? this.device.createSendTransport(options)
        : this.device.createRecvTransport(options);
    this.wire(direction, transport);
    this.transports.set(direction, transport);
  }

  private wire(direction: Direction, transport: Transport): void {
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      const dtls_parameters = { ...dtlsParameters };
      this.ask({ type: 'connect_transport', transport: transport.id, dtls_parameters }).then(() => done(), failed);
    });
    transport.on('produce', ({ kind, rtpParameters, appData }, done, failed) => {
      const source = appData.source as Source;
      const rtp_parameters = { ...rtpParameters } as Record<string, unknown>;
      this.ask({ type: 'produce', transport: transport.id, source, kind, rtp_parameters }).then(
        ({ producer }) => done({ id: producer }),
        failed,
      );
    });
    transport.on('connectionstatechange', (state) => {
      if (state === 'connected') this.restarts.delete(direction);
      if (state === 'disconnected' || state === 'failed') void this.restartIce(direction);
    });
  }

  /** A new way for the same transport; twice in vain, and the link is broken. */
  async restartIce(direction: Direction): Promise<void> {
    const transport = this.transports.get(direction);
    const tries = (this.restarts.get(direction) ?? 0) + 1;
    this.restarts.set(direction, tries);
    if (!transport || this.closed) return;
    if (tries > 2) return this.owner.onBroken();
    try {
      const { ice_parameters } = await this.ask({ type: 'restart_ice', transport: transport.id });
      await transport.restartIce({ iceParameters: ice_parameters as never });
    } catch {
      if (!this.closed) this.owner.onBroken();
    }
  }

  /** Whether the server still knows the transports when asked through a new socket. */
  async revive(ask: AskFunction): Promise<boolean> {
    this.ask = ask;
    try {
      await this.ready;
      for (const [, transport] of this.transports) {
        const { ice_parameters } = await ask({ type: 'restart_ice', transport: transport.id });
        await transport.restartIce({ iceParameters: ice_parameters as never });
      }
      return true;
    } catch {
      return false;
    }
  }

  /** What is done with one source is done in its order: who makes the link and a new device may both send it,
   *  and the server takes a source once. */
  private inTurn(source: Source, work: () => Promise<void>): Promise<void> {
    const turn = (this.turns.get(source) ?? this.ready).catch(() => undefined).then(work);
    this.turns.set(source, turn);
    return turn;
  }

  /** Send a track as `source`; a track of the same source before it is replaced in place. */
  send(source: Source, track: MediaStreamTrack, running: boolean): Promise<void> {
    return this.inTurn(source, () => this.produce(source, track, running));
  }

  private async produce(source: Source, track: MediaStreamTrack, running: boolean): Promise<void> {
    await this.ready;
    const transport = this.transports.get('send');
    if (!transport || this.closed) return;
    const before = this.producers.get(source);
    if (before && !before.closed) return before.replaceTrack({ track });
    const producer = await transport.produce({
      track,
      stopTracks: false,
      appData: { source },
      ...(track.kind === 'video' ? this.videoOptions(source) : source === 'screen_sound' ? SCREEN_SOUND_OPTIONS : AUDIO_OPTIONS),
    });
    this.producers.set(source, producer);
    if (!running) await this.hold(source);
  }

  private videoOptions(source: Source) {
    const codec = this.device.sendRtpCapabilities.codecs?.find(
      ({ mimeType }) => mimeType.toLowerCase() === 'video/vp8',
    );
    return {
      encodings: [{ maxBitrate: source === 'screen' ? MAX_SCREEN_BITRATE : MAX_VIDEO_BITRATE }],
      codecOptions: { videoGoogleStartBitrate: START_VIDEO_BITRATE },
      ...(codec ? { codec } : {}),
    };
  }

  pause(source: Source): Promise<void> {
    return this.inTurn(source, () => this.hold(source));
  }

  private async hold(source: Source): Promise<void> {
    const producer = this.producers.get(source);
    if (!producer || producer.paused) return;
    producer.pause();
    await this.ask({ type: 'pause_producer', source });
  }

  resume(source: Source): Promise<void> {
    return this.inTurn(source, async () => {
      const producer = this.producers.get(source);
      if (!producer?.paused) return;
      await this.ask({ type: 'resume_producer', source });
      producer.resume();
    });
  }

  stopSending(source: Source): Promise<void> {
    return this.inTurn(source, async () => {
      const producer = this.producers.get(source);
      if (!producer) return;
      this.producers.delete(source);
      producer.close();
      await this.ask({ type: 'close_producer', source });
    });
  }

  async consume(opened: ConsumerOpened): Promise<void> {
    await this.ready;
    await (this.gathering ??= this.gather());
    const transport = this.transports.get('receive');
    if (!transport || this.closed) return;
    const consumer = await transport.consume({
      id: opened.consumer,
      producerId: opened.producer,
      kind: opened.kind,
      rtpParameters: { ...opened.rtp_parameters, mid: this.nextMid() } as never,
      streamId: `${opened.party}-${groupOf(opened.source)}`, // one stream, so that lips and sound stay together
    });
    this.consumers.set(opened.consumer, consumer);
    this.owner.onTrack(opened, consumer.track);
    await this.ask({ type: 'resume_consumer', consumer: opened.consumer });
  }

  /** Each section of the session description needs a name of its own, also after others have closed. */
  private nextMid(): string {
    return String((this.lastMid += 1));
  }

  private async gather(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, GATHER));
    this.gathering = null;
  }

  drop(consumer: string): void {
    this.consumers.get(consumer)?.close();
    this.consumers.delete(consumer);
  }

  networkChanged(): void {
    this.restarts.clear();
    for (const direction of this.transports.keys()) void this.restartIce(direction);
  }

  close(): void {
    this.closed = true;
    for (const transport of this.transports.values()) transport.close();
    this.transports.clear();
  }
}

/** The first peer connection of a page is slow to make: make one before it is needed. */
export async function warmUp(): Promise<void> {
  const connection = new RTCPeerConnection();
  connection.addTransceiver('video', { direction: 'recvonly' });
  await connection.setLocalDescription(await connection.createOffer());
  connection.close();
}

const SCREEN_SOUND_OPTIONS = { codecOptions: { opusStereo: false, opusFec: true, opusDtx: false } };
const AUDIO_OPTIONS = { codecOptions: { opusStereo: false, opusFec: true, opusDtx: true } };

function transportOptions(created: TransportCreated): TransportOptions {
  return {
    id: created.transport,
    iceParameters: created.ice_parameters,
    iceCandidates: created.ice_candidates,
    dtlsParameters: created.dtls_parameters,
  } as unknown as TransportOptions;
}
