/** Steps of the people of a hearing: where they are, and how they came in. */
import type { EntryView, HearingView, Party, Presence, SeatView } from '@/protocol.gen';
import { entry, oversees, seatStep, signerKnown, transcriptChanged, without, withSeat, type Steps } from './steps';

const GONE: ReadonlySet<Presence> = new Set(['expected', 'away', 'removed']);

/** Where a seat is, from what is known of it; `here` is whether it has a connection. */
export function placed(seat: SeatView, here = !GONE.has(seat.presence)): Presence {
  if (seat.presence === 'removed') return 'removed';
  if (!here) return seat.presence === 'expected' ? 'expected' : 'away';
  if (seat.consultation !== null) return 'consulting';
  if (!seat.admitted) return 'waiting';
  return seat.inside ? 'admitted' : 'outside';
}

/** The seat with changes made, and its presence as it follows from them. */
export function moved(seat: SeatView, changes: Partial<SeatView>, here?: boolean): SeatView {
  const next = { ...seat, ...changes };
  return { ...next, presence: placed(next, here) };
}

/** Whoever is removed and has not answered is not asked to sign any more; where their box is still to be printed, or
 * another is to be asked instead, it is to be frozen again. */
function asksNoMore(view: HearingView, party: string, successor: string): HearingView {
  const { freeze } = view;
  if (!freeze?.signers.includes(party)) return view;
  const asked = !(party in freeze.signed) && !(party in freeze.refused);
  if (!freeze.sealed || (asked && successor)) return transcriptChanged(view);
  if (!asked || freeze.changed_since) return view;
  return { ...view, freeze: { ...freeze, signers: freeze.signers.filter((id) => id !== party) } };
}

const NOTHING: EntryView = {
  accepted_as: null,
  consent_withdrawn: false,
  camera: 'unknown',
  microphone: 'unknown',
  check: null,
  code_confirmed: false,
  code_confirmed_at: 0,
  held_key: false,
  code_locked_until: 0,
  identity: null,
  kiosk: '',
  officer_steps: {},
  listens_to: '',
  resembles: '',
};

function newSeat(party: Party, entry: EntryView | null): SeatView {
  const { id, role, name, site = '', side = 'neutral', counsel_for = [], interpreter_for = [], sign_language = false } = party;
  return {
    party: id, role, name, site, side, counsel_for, interpreter_for, sign_language, entry,
    presence: 'expected',
    admitted: false,
    identified: false,
    inside: true,
    ready: false,
    consultation: null,
    muted: false,
    locked: false,
    locked_by: '',
    share_locked: false,
    share_locked_by: '',
    channel_closed: false,
    sources: {},
    left_by: null,
  };
}

function added(view: HearingView, party: Party, you: string): HearingView {
  const known = oversees(view, you) || party.id === you ? NOTHING : null;
  return { ...view, seats: [...view.seats, newSeat(party, known)] };
}

const accepted = (name: string) => entry(() => ({ accepted_as: name, consent_withdrawn: false }));

const STAYS_INSIDE = (seat: SeatView) => !['witness', 'expert'].includes(seat.role);

export const people: Steps = {
  party_added: (view, { party }, { you }) => added(view, party, you),
  observer_registered: (view, { party, resembles }, { you }) =>
    withSeat(added(view, party, you), party.id, entry(() => ({ resembles }))),
  consent_given: seatStep<'consent_given'>(({ name }, seat) => accepted(name)(seat)),
  rules_accepted: seatStep<'rules_accepted'>(({ name }, seat) => accepted(name)(seat)),
  consent_withdrawn: seatStep<'consent_withdrawn'>((_, seat) => entry(() => ({ consent_withdrawn: true }))(seat)),
  self_check_reported: (view, { type: _, party, ...check }, { at }) =>
    withSeat(view, party, entry(() => ({ check: { at, ...check } }))),
  code_confirmed: (view, { party }, { at }) =>
    withSeat(view, party, entry(() => ({ code_confirmed: true, code_confirmed_at: at, code_locked_until: 0 }))),
  code_locked: seatStep<'code_locked'>(({ until }, seat) => entry(() => ({ code_locked_until: until }))(seat)),
  party_arrived: seatStep<'party_arrived'>((_, seat) => moved(seat, { left_by: null, sources: {} }, true)),
  party_left: (view, { party, cause }) => {
    const lapses = view.phase === 'suspended';
    const identified = entry(({ identity }) => ({ identity: lapses ? null : identity }));
    const { freeze } = view;
    const known = freeze && { ...freeze, identified: freeze.identified.filter((one) => one !== party) };
    const left = withSeat({ ...view, freeze: known }, party, (seat) => ({
      ...moved({ ...seat, presence: seat.presence === 'removed' ? 'removed' : 'away' }, {
        left_by: cause, ready: false, sources: {}, admitted: seat.admitted && !lapses,
        identified: seat.identified && !lapses, ...identified(seat),
      }, false),
    }));
    const checks = Object.entries(view.identity_checks).filter((pair) => !pair.includes(party));
    return { ...left, identity_checks: Object.fromEntries(checks) };
  },
  devices_reported: seatStep<'devices_reported'>(({ camera, microphone }, seat) =>
    entry(() => ({ camera, microphone }))(seat),
  ),
  party_ready: seatStep<'party_ready'>(({ ready }) => ({ ready })),
  kiosk_called: seatStep<'kiosk_called'>(({ kiosk }, seat) => entry(() => ({ kiosk }))(seat)),
  officer_step_done: seatStep<'officer_step_done'>(({ step, officer }, seat) =>
    entry(({ officer_steps }) => ({ officer_steps: { ...officer_steps, [step]: officer } }))(seat),
  ),
  identity_check_began: (view, { party, clerk }) => ({
    ...view,
    identity_checks: { ...view.identity_checks, [party]: clerk },
  }),
  identity_check_ended: (view, { party }) => ({ ...view, identity_checks: without(view.identity_checks, party) }),
  identity_confirmed: (view, { party, document, number }, { at, you }) => {
    const known = withSeat(view, party, (seat) => ({
      identified: true,
      ...entry(() => ({ identity: { document, number, confirmed_at: at, picture: false } }))(seat),
    }));
    return party === you || oversees(view, you) ? signerKnown(known, party) : known;
  },
  document_picture_kept: seatStep<'document_picture_kept'>((_, seat) =>
    entry(({ identity }) => ({ identity: identity && { ...identity, picture: true } }))(seat),
  ),
  party_admitted: seatStep<'party_admitted'>((_, seat) =>
    moved(seat, { admitted: true, inside: STAYS_INSIDE(seat) }),
  ),
  party_called: seatStep<'party_called'>((_, seat) => moved(seat, { inside: true })),
  party_dismissed: seatStep<'party_dismissed'>((_, seat) => moved(seat, { inside: false })),
  party_removed: (view, { party, successor }) =>
    asksNoMore(withSeat(view, party, () => ({ presence: 'removed', admitted: false })), party, successor),
  listening_set: seatStep<'listening_set'>(({ interpreter }, seat) =>
    entry(() => ({ listens_to: interpreter }))(seat),
  ),
};
