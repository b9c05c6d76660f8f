/** One socket to the server: asks that are answered once, and tells. No decisions. */
import { io, type Socket } from 'socket.io-client';
import type { Answer, Ask, Tell } from '@/protocol.gen';
import { Refused } from '@/api/http';

const ASK_TIMEOUT = 10_000; // ms

export interface AnswerOf {
  enter: Extract<Answer, { type: 'welcome' }>;
  create_transport: Extract<Answer, { type: 'transport_created' }>;
  restart_ice: Extract<Answer, { type: 'ice_restarted' }>;
  produce: Extract<Answer, { type: 'produced' }>;
}
type Done = Extract<Answer, { type: 'done' }>;
export type AnswerTo<A extends Ask> = A['type'] extends keyof AnswerOf ? AnswerOf[A['type']] : Done;

/** Asks the server; throws `Refused` with the code of a `failed`, or `timeout`, or `unreachable`. */
export type AskFunction = <A extends Ask>(ask: A) => Promise<AnswerTo<A>>;

export class HearingSocket {
  private readonly socket: Socket;

  constructor(onTell: (tell: Tell) => void, onLost: (reason: string) => void) {
    this.socket = io({ transports: ['websocket'], autoConnect: false, reconnection: false, forceNew: true });
    this.socket.on('tell', onTell);
    this.socket.on('disconnect', (reason) => {
      if (reason !== 'io client disconnect') onLost(reason);
    });
  }

  get connected(): boolean {
    return this.socket.connected;
  }

  /** Resolves when the server has let this socket in with the ticket. */
  connect(ticket: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: Error) => {
        this.socket.off('connect', onConnect).off('connect_error', onError);
        if (error) reject(error);
        else resolve();
      };
      const onConnect = () => settle();
      const onError = (error: Error) =>
        settle(new Refused(/^[a-z_]+$/.test(error.message) ? (error.message as 'bad_token') : 'unreachable'));
      this.socket.on('connect', onConnect).on('connect_error', onError);
      this.socket.auth = { ticket };
      this.socket.connect();
    });
  }

  ask: AskFunction = async (ask) => {
    if (!this.socket.connected) throw new Refused('unreachable');
    let answer: Answer;
    try {
      answer = (await this.socket.timeout(ASK_TIMEOUT).emitWithAck('ask', ask)) as Answer;
    } catch {
      throw new Refused(this.socket.connected ? 'timeout' : 'unreachable');
    }
    if (answer.type === 'failed') throw new Refused(answer.code, answer.detail, { clashes: answer.clashes });
    return answer as AnswerTo<typeof ask>;
  };

  close(): void {
    this.socket.disconnect();
  }
}
