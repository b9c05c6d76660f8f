/** Captions, and drafts at the clerk's desk. */
export default {
  captions: {
    switch: 'Captions',
    title: 'Live captions',
    ready: 'Captions appear here as people speak. They come from a machine and are not the record.',
    starting: 'Captions are starting…',
    down: 'Captions are interrupted; they come back by themselves. The hearing goes on.',
    failed: 'There are no captions: speech recognition has failed. The technician can see why.',
    without: 'No captions at present, because too many speak: {names}',
    draft: 'Recognised · draft',
    listening: 'Being said…',
    accept: 'Accept',
    edit: 'Edit',
    drop: 'Drop',
  },
};
