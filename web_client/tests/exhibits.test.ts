/** Exhibits: the fold as the server has it, who may show what, and an upload over a line that breaks. */
import { expect, it } from 'vitest';
import { Refused } from '@/api/http';
import type { Uploaded, UploadServer } from '@/api/exhibits';
import { mayShow, positionAt } from '@/exhibits/rights';
import { upload, type UploadState } from '@/exhibits/upload';
import { applyEvent } from '@/hearing/fold';
import type { HearingEvent } from '@/hearing/fold';
import type { HearingView } from '@/protocol.gen';
import { hearing, seat, told } from './hearing';

const after = (view: HearingView, ...events: HearingEvent[]) => events.reduce((now, event) => applyEvent(now, told(event), 'judge'), view);
const submitted = { type: 'exhibit_submitted', exhibit: 1, party: 'prosecutor', name: 'a.pdf', media_type: 'application/pdf', size: 9, sha256: 'a', pages: 3 } as const;
const shown = { type: 'exhibit_shown', exhibit: 1, party: 'prosecutor', page: 2, name: 'a.pdf', media_type: 'application/pdf', pages: 3, sha256: 'a' } as const;
const given = { type: 'opinion_given', exhibit: 1, party: 'counsel', authentic: 'yes', lawful: 'no', relevant: 'none', note: '' } as const;

it('shows, turns, highlights and puts away', () => {
  const open = after(hearing(), submitted, shown, { type: 'page_turned', exhibit: 1, page: 3 }, { type: 'exhibit_highlighted', exhibit: 1, page: 3, x: 1, y: 2, width: 3, height: 4 });
  expect(open.shown).toMatchObject({ exhibit: 1, page: 3, highlights: [{ page: 3, x: 1, y: 2, width: 3, height: 4 }] });
  expect(open.exhibits[0]).toMatchObject({ was_shown: true, shown_at: 1000 });
  expect(after(open, { type: 'exhibit_hidden', exhibit: 1 }).shown).toBeNull();
});

it('keeps one opinion a party, and leaves a frozen transcript behind', () => {
  const freeze = { version: 1, changed_since: false } as HearingView['freeze'];
  const view = after({ ...hearing(), freeze }, submitted);
  expect(view.freeze?.changed_since).toBe(false);
  const spoken = after(view, given, { ...given, authentic: 'no' });
  expect(spoken.exhibits[0]?.opinions).toHaveLength(1);
  expect(spoken.exhibits[0]?.opinions[0]?.authentic).toBe('no');
  expect(spoken.freeze?.changed_since).toBe(true);
});

it('lets the court show any exhibit and a party its own', () => {
  const view = { ...after(hearing(), submitted), phase: 'in_session' as const };
  const [one] = view.exhibits;
  const here = { presence: 'admitted' } as const;
  expect(mayShow(view, seat('judge', 'presiding_judge', here), one!)).toBe(true);
  expect(mayShow(view, seat('prosecutor', 'prosecutor', here), one!)).toBe(true);
  expect(mayShow(view, seat('counsel', 'counsel', here), one!)).toBe(false);
  expect(mayShow(view, seat('witness', 'witness', here), one!)).toBe(false);
});

it('knows where a film stands that plays for everybody', () => {
  expect(positionAt({ playing: true, position: 2000, moved_at: 1000 }, 4000)).toBe(5);
  expect(positionAt({ playing: false, position: 2000, moved_at: 1000 }, 4000)).toBe(2);
});

/** A server whose line breaks after each of these counts of bytes. */
class BreakingServer implements UploadServer {
  received = 0;
  announced = 0;
  asked: number[] = [];
  constructor(private readonly breaks: number[], private readonly end: Uploaded | Refused) {}
  async announce(): Promise<string> {
    this.announced++;
    return 'u';
  }
  async progress(): Promise<Uploaded> {
    return { received: this.received, exhibit: null, notes: [] };
  }
  async send(_: string, offset: number, rest: Blob, onSent: (bytes: number) => void): Promise<Uploaded> {
    this.asked.push(offset);
    const at = this.breaks.shift();
    onSent(rest.size);
    if (at !== undefined) {
      this.received = at;
      throw new Refused('unreachable');
    }
    if (this.end instanceof Refused) throw this.end;
    return this.end;
  }
}

async function run(server: UploadServer): Promise<Partial<UploadState>> {
  const state: Partial<UploadState> = {};
  const file = new File(['x'.repeat(100)], 'a.pdf');
  await upload(file, server, (change) => Object.assign(state, change), new AbortController().signal, async () => undefined);
  return state;
}

it('goes on where the line broke, and announces once', async () => {
  const server = new BreakingServer([30, 70], { received: 100, exhibit: 4, notes: ['links'] });
  expect(await run(server)).toMatchObject({ stage: 'done', exhibit: 4, notes: ['links'], sent: 100 });
  expect(server.asked).toEqual([0, 30, 70]);
  expect(server.announced).toBe(1);
});

it('says why a file is refused, and does not try again', async () => {
  const server = new BreakingServer([], new Refused('bad_file', 'encrypted'));
  expect(await run(server)).toMatchObject({ stage: 'failed', code: 'bad_file', detail: 'encrypted' });
  expect(server.asked).toHaveLength(1);
});
