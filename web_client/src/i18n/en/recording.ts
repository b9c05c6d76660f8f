/** What is wrong with the recording, and what to do: by the code of recording/recorder.py. */
export default {
  fault: {
    disk_full: 'The disk is full and nothing is recorded. Pause until a technician has made room.',
    disk_error: 'The disk cannot be written and nothing is recorded. Pause until a technician has replaced it.',
    one_disk_full: 'One of two recording disks is full; the other has all of it. Go on, and have a technician make room soon.',
    one_disk_error: 'One of two recording disks cannot be written; the other has all of it. Go on, and have a technician replace it soon.',
    recorder_stalled: 'The recorder does not answer and is being started again. Let nobody speak; pause if it is not back in half a minute.',
    recorder_died: 'The recorder stopped and is being started again. Let nobody speak; pause if it is not back in half a minute.',
    recorder_behind: 'The recorder cannot keep up; what is missing is noted. Have a technician relieve the server; pause if it lasts.',
    track_failed: 'One recording broke off and was begun again; the gap is noted. Go on, and have what mattered said once more.',
    flush_timeout: 'The last part is not yet saved. Wait until recording is well before the freeze, and tell a technician.',
    not_recorded: 'The picture or sound of somebody is not recorded. Pause and have them enter again; if that fails, tell a technician.',
    timestamp_authority: 'The timestamp authority does not answer: the record is signed without, and stamped when it is back. Go on, and tell a technician.',
    log_copy: 'The copy of the log beside the recording cannot be written, or was altered; the log itself is whole. Go on, and have a technician look at the disk.',
    other: 'A fault of the recording ({code}). Pause and tell a technician.',
  },
};
