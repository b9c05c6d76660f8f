/** What holds in the courtroom for a while, and its pages for who may not be in it. */
export default {
  apart: {
    suspended_until: 'It goes on at {time}',
    suspended_open: 'You will be told when it goes on.',
    suspended_reason: 'Reason: {reason}',
    replaced_title: 'Somebody else has your seat now',
    replaced_text: 'The clerk’s office has given your seat in this hearing to another of the court. What you did in it keeps your name.',
    removed_title: 'You have been removed from the courtroom',
    removed_text: 'The presiding judge has removed you from this hearing. You cannot come back in. If you have questions, contact the court.',
    public_title: 'The public is excluded for now',
    public_text: 'You see and hear again by yourself when the public is admitted.',
    deliberating: 'The bench is deliberating. Please wait.',
    deliberating_bench: 'In deliberation: only the bench hears and sees this, and nothing is recorded.',
    in_charge: 'The presiding judge’s connection is lost. The clerk {name} keeps order; what is done so is marked.',
    judge_gone: 'The presiding judge’s connection is lost.',
    take_charge: 'Take charge',
    return_charge: 'Give it back',
    countdown: 'The hearing opens in {time}',
    public_excluded: 'In private: observers hear and see nothing, and nothing is recorded.',
    public_excluded_sealed: 'In private: observers hear and see nothing. The recording is sealed.',
  },
};
