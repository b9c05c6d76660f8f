/** Steps of exhibits. */
import type { ExhibitView, HearingView, ShownView } from '@/protocol.gen';
import { transcriptChanged, type Steps } from './steps';

function withExhibit(
  view: HearingView,
  number: number,
  change: (exhibit: ExhibitView) => Partial<ExhibitView>,
): HearingView {
  const exhibits = view.exhibits.map((one) => (one.exhibit === number ? { ...one, ...change(one) } : one));
  return { ...view, exhibits };
}

function withShown(view: HearingView, change: (shown: ShownView) => Partial<ShownView>): HearingView {
  return view.shown ? { ...view, shown: { ...view.shown, ...change(view.shown) } } : view;
}

const find = (view: HearingView, number: number): ExhibitView | undefined =>
  view.exhibits.find(({ exhibit }) => exhibit === number);

export const exhibits: Steps = {
  exhibit_submitted: (view, { type: _, ...exhibit }, { at }) => ({
    ...view,
    exhibits: [
      ...view.exhibits,
      { ...exhibit, submitted_at: at, withdrawn: false, was_shown: false, shown_at: null, original: true, opinions: [] },
    ],
  }),
  exhibit_withdrawn: (view, { exhibit }) => {
    const next = withExhibit(view, exhibit, () => ({ withdrawn: true, original: false }));
    return find(view, exhibit)?.opinions.length ? transcriptChanged(next) : next;
  },
  exhibit_shown: (view, { type: _, ...event }, { at }) => {
    const shown = { ...event, highlights: [], playing: false, position: 0, moved_at: at };
    const first = !find(view, event.exhibit)?.was_shown;
    const next = first
      ? transcriptChanged(withExhibit(view, event.exhibit, () => ({ was_shown: true, shown_at: at })))
      : view;
    return { ...next, shown };
  },
  page_turned: (view, { page }) => withShown(view, () => ({ page })),
  exhibit_played: (view, { playing, position }, { at }) => withShown(view, () => ({ playing, position, moved_at: at })),
  exhibit_highlighted: (view, { page, x, y, width, height }) =>
    withShown(view, ({ highlights }) => ({ highlights: [...highlights, { page, x, y, width, height }] })),
  highlights_cleared: (view) => withShown(view, () => ({ highlights: [] })),
  exhibit_hidden: (view) => ({ ...view, shown: null }),
  opinion_given: (view, { type: _, exhibit, ...given }, { at }) =>
    transcriptChanged(
      withExhibit(view, exhibit, ({ opinions }) => {
        const opinion = { ...given, at };
        const before = opinions.findIndex(({ party }) => party === given.party);
        return { opinions: before < 0 ? [...opinions, opinion] : opinions.with(before, opinion) };
      }),
    ),
};
