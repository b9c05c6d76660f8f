import { expect, it } from 'vitest';
import type { ConsultationView } from '@/protocol.gen';
import { companions, interpretersFor, needsLeave, standingOf } from '@/talk/talks';
import { hearing, seat } from './hearing';

const client = seat('client', 'defendant', { presence: 'admitted' });
const counsel = seat('counsel', 'counsel', { presence: 'admitted', counsel_for: ['client'] });
const voice = seat('voice', 'interpreter', { presence: 'admitted', interpreter_for: ['client'] });
const other = seat('other', 'prosecutor', { presence: 'admitted' });
const view = hearing({ phase: 'in_session', seats: [client, counsel, voice, other] });

function talk(changes: Partial<ConsultationView> = {}): ConsultationView {
  const parties = ['counsel', 'client'];
  return { consultation: 1, asked_by: 'counsel', parties, accepted: ['counsel'], permitted: false, began_at: null, members: [], locked: false, ...changes };
}

it('offers counsel their client and the interpreter of the client, and nobody else', () => {
  expect(companions(view, counsel).map(({ party }) => party)).toEqual(['client', 'voice']);
  expect(companions(view, other)).toEqual([]);
  expect(interpretersFor(view, ['client']).map(({ party }) => party)).toEqual(['voice']);
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
