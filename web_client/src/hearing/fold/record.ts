/** Steps of the frozen transcript. */
import type { FreezeView, HearingView, ObjectionView } from '@/protocol.gen';
import { answered, entry, signerKnown, withSeat, type Of, type Steps, type Told } from './steps';

function freezeOf(event: Of<'transcript_frozen'>, at: number, last: FreezeView | null): FreezeView {
  const { version, digest, signers } = event;
  const earlier = last?.earlier ?? [];
  return {
    version,
    digest,
    signers,
    frozen_at: at,
    sealed: false,
    pages: 0,
    sha256: '',
    signed: {},
    refused: {},
    identified: [],
    archived: false,
    changed_since: false,
    earlier: last && answered(last) ? [...earlier, last.version] : earlier,
    read: {},
    confirmed: {},
  };
}

/** About a version that a newer freeze has replaced, nothing changes. */
function withFreeze(
  view: HearingView,
  version: number,
  changes: (freeze: FreezeView) => Partial<FreezeView>,
): HearingView {
  const { freeze } = view;
  if (freeze?.version !== version) return view;
  return { ...view, freeze: { ...freeze, ...changes(freeze) } };
}

function objectionOf(event: Of<'objection_made'>, at: number): ObjectionView {
  const { objection, party, version, line, place, quote, wording, reason } = event;
  const unanswered = { standing: 'open', answer: '', answered_by: '', answered_at: null } as const;
  return { objection, party, version, line, place, quote, wording, reason, made_at: at, ...unanswered };
}

function answer(view: HearingView, number: number, { at, by }: Told, change: Partial<ObjectionView>): HearingView {
  const answered = { ...change, answered_by: by, answered_at: at };
  const objections = view.objections.map((one) => (one.objection === number ? { ...one, ...answered } : one));
  return { ...view, objections };
}

export const record: Steps = {
  transcript_frozen: (view, event, { at }) => ({ ...view, freeze: freezeOf(event, at, view.freeze) }),
  transcript_sealed: (view, { version, pages, sha256 }) =>
    withFreeze(view, version, () => ({ sealed: true, pages, sha256 })),
  transcript_signed: (view, { version, party, sha256 }, { at }) =>
    withFreeze(view, version, (freeze) => ({ signed: { ...freeze.signed, [party]: at }, sha256 })),
  signer_identified: (view, { version, party }) =>
    view.freeze?.version === version ? signerKnown(view, party) : view,
  held_key_permitted: (view, { party }) => withSeat(view, party, entry(() => ({ held_key: true }))),
  signature_refused: (view, { version, party, reason }) =>
    withFreeze(view, version, (freeze) => ({ refused: { ...freeze.refused, [party]: reason } })),
  refusal_sealed: (view, { version, sha256 }) => withFreeze(view, version, () => ({ sha256 })),
  transcript_archived: (view, { version, sha256 }) =>
    withFreeze(view, version, () => ({ archived: true, sha256 })),
  transcript_read: (view, { version, party, page }) =>
    withFreeze(view, version, (freeze) => ({ read: { ...freeze.read, [party]: page } })),
  passages_confirmed: (view, { version, party }, { at }) =>
    withFreeze(view, version, (freeze) => ({ confirmed: { ...freeze.confirmed, [party]: at } })),
  objection_made: (view, event, { at }) => ({ ...view, objections: [...view.objections, objectionOf(event, at)] }),
  objection_accepted: (view, { objection }, told) => answer(view, objection, told, { standing: 'accepted' }),
  objection_refused: (view, { objection, reason }, told) => answer(view, objection, told, { standing: 'refused', answer: reason }),
  objection_withdrawn: (view, { objection }, told) => answer(view, objection, told, { standing: 'withdrawn' }),
};
