/** Steps of the frozen transcript. */
import type { FreezeView, HearingView } from '@/protocol.gen';
import { answered, entry, signerKnown, withSeat, type Of, type Steps } from './steps';

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
  transcript_archived: (view, { version, sha256 }) =>
    withFreeze(view, version, () => ({ archived: true, sha256 })),
};
