import { expect, it } from 'vitest';
import type { ConsultationView } from '@/protocol.gen';
import { companions, further, interpretersFor, intoOf, isFree, needsLeave, standingOf } from '@/talk/talks';
import { hearing, seat } from './hearing';

const client = seat('client', 'defendant', { presence: 'admitted' });
const counsel = seat('counsel', 'counsel', { presence: 'admitted', counsel_for: ['client'] });
const voice = seat('voice', 'interpreter', { presence: 'admitted', interpreter_for: ['client'] });
const other = seat('other', 'prosecutor', { presence: 'admitted' });
const view = hearing({ phase: 'in_session', seats: [client, counsel, voice, other] });

function talk(changes: Partial<ConsultationView> = {}): ConsultationView {
  const parties = ['counsel', 'client'];
  return { consultation: 1, asked_by: 'counsel', parties, accepted: ['counsel'], permitted: false, began_at: null, members: [], locked: false, into: 0, ...changes };
}

it('offers counsel their client and the interpreter of the client, and nobody else', () => {
  expect(companions(view, counsel).map(({ party }) => party)).toEqual(['client', 'voice']);
  expect(companions(view, other)).toEqual([]);
  expect(interpretersFor(view, ['client']).map(({ party }) => party)).toEqual(['voice']);
});

it('offers nobody who has not shown who they are, where that is demanded', () => {
  const demanding = { ...view, demands: { ...view.demands, identity: true } };
  const waiting = seat('client', 'defendant', { presence: 'waiting' });
  expect(isFree(demanding, waiting)).toBe(false);
  expect(isFree(demanding, { ...waiting, identified: true })).toBe(true);
  expect(isFree(demanding, { ...waiting, admitted: true })).toBe(true);
  expect(isFree(view, waiting), 'nothing is demanded').toBe(true);
  expect(companions(demanding, { ...counsel, presence: 'waiting' })).toEqual([]);
});

it('knows whom a member may ask into a talk, and of an ask who is the further one', () => {
  const seats = [client, counsel].map((one) => ({ ...one, admitted: true, presence: 'consulting' as const, consultation: 1 }));
  const going = talk({ began_at: 1, members: ['client', 'counsel'] });
  const now = { ...view, seats: [...seats, voice, other], consultations: [going] };
  expect(further(now, going).map(({ party }) => party)).toEqual(['voice']);
  expect(further(now, { ...going, parties: [...going.parties, 'voice'] }), 'who was asked may come in').toEqual([]);
  const asked = talk({ consultation: 2, parties: ['client', 'counsel', 'voice'], into: 1 });
  expect(intoOf(now, asked)).toEqual({ further: 'voice', members: ['client', 'counsel'] });
  expect(intoOf(now, going)).toBeNull();
});

it('needs leave in session from inside, and none in a pause or from outside', () => {
  expect(needsLeave(view, [client, counsel])).toBe(true);
  expect(needsLeave({ ...view, phase: 'paused' }, [client, counsel])).toBe(false);
  expect(needsLeave(view, [{ ...client, presence: 'outside' }])).toBe(false);
});

it('says to each where a talk stands', () => {
  expect(standingOf(talk(), 'client')).toBe('asked');
  expect(standingOf(talk(), 'counsel')).toBe('waits');
  expect(standingOf(talk(), 'other')).toBe('other');
  expect(standingOf(talk({ accepted: ['client', 'counsel'] }), 'counsel')).toBe('leave');
  const going = talk({ began_at: 1, members: ['client', 'counsel'] });
  expect(standingOf(going, 'client')).toBe('mine');
  expect(standingOf(going, 'voice'), 'serves one of them, and was not asked').toBe('other');
  const asked = { ...going, parties: [...going.parties, 'voice'] };
  expect(standingOf(asked, 'voice')).toBe('joinable');
  expect(standingOf({ ...asked, locked: true }, 'voice')).toBe('other');
  expect(standingOf(going, 'third'), 'their counsel talks to another').toBe('other');
});
