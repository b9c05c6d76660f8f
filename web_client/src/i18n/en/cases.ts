/** Cases, planning, calendar, outbox. */
export default {
  cases: {
    nav: { today: 'Today', cases: 'Cases', calendar: 'Calendar', outbox: 'Outbox', courtrooms: 'Courtrooms' },
    about: {
      today: 'Your hearings of today, and the way in.',
      cases: 'Create and find cases, import them from a table, plan hearings.',
      calendar: 'Hearings by day and week, by courtroom and judge.',
      outbox: 'What was sent to whom; what could not be sent is read out by the clerk.',
      courtrooms: 'Add courtrooms, say where they are, take them out of use.',
    },
    procedure: { criminal: 'Criminal', civil: 'Civil', administrative: 'Administrative', mediation: 'Mediation' },
    side: { claim: 'Prosecution or claimant', defence: 'Defence', neutral: 'None' },
    phase: { scheduled: 'Scheduled', waiting: 'Waiting', in_session: 'In session', paused: 'Paused', suspended: 'Adjourned', closed: 'Closed', cancelled: 'Cancelled' },
    list: {
      search: 'Find by number, title or name',
      all: 'All procedures', open: 'Open', closed: 'Closed', any: 'Open and closed',
      new: 'New case', import: 'Import a table', export: 'Export a table',
      number: 'Case number', title: 'Title', parties: 'Parties', next: 'Hearing', none: 'No case fits.', more: 'Show more',
      empty: 'There is no case yet. Create one, or import a table.', people: '{names} and others, {n} in all',
    },
    case: {
      edit: 'Edit', plan: 'Plan a hearing', close: 'Close the case', reopen: 'Open again', remove: 'Delete the case',
      remove_text: 'The case and its contacts are deleted for good.',
      close_text: 'No hearing is planned in a closed case. Its hearings and transcripts stay as they are.',
      hearings: 'Hearings', no_hearings: 'No hearing is planned yet.', people: 'Parties', nobody: 'There are no parties yet.',
      detained: 'Detained at {place}', counsel_for: 'Counsel for {names}', interpreter_for: 'Interpreter for {names}', no_contact: 'no contact', closed: 'Closed',
    },
    form: {
      new: 'New case', edit: 'Edit the case', save: 'Save', number: 'Case number', number_hint: 'Such as （2026）川0104民初1号. Brackets and spaces are tidied.',
      procedure: 'Procedure', title: 'Title', people: 'Parties', add: 'Add a person', remove: 'Remove', role: 'Role', name: 'Name', side: 'Side',
      email: 'E-mail', telephone: 'Telephone', language: 'Language of messages', detained: 'Detention centre', notes: 'Notes (for the court alone)', more: 'More', person: 'Person {n}',
      counsel_for: 'Counsel for', interpreter_for: 'Interprets for', sign_language: 'Sign-language interpreter', keys: 'Alt+N adds a person, Ctrl+Enter saves', conflict: 'Somebody else has changed the case. Open it again first.',
    },
    problem: {
      required: 'Please fill in', too_long: 'Too long', hidden_character: 'Holds characters that do not show, or cannot be read', bad_number: 'Not a case number', bad_email: 'Not an e-mail address', bad_telephone: 'Not a telephone number',
      unknown_value: 'Not known', unknown_person: 'Nobody of this case', not_for_this_role: 'Not for this role', duplicate: 'Twice, or there already', too_many: 'Too many or too large', differs: 'Differs from an earlier row of this case',
      in_the_past: 'In the past', out_of_range: 'Out of range',
    },
    import: {
      title: 'Import cases from a table', about: 'One row a person; rows of one case number make one case. A single fault keeps the whole file out.', choose: 'Choose a CSV file', template: 'Download the template', drop: 'or drop it here',
      size: 'At most 1 MB and 5000 rows; UTF-8 or GB18030', reading: 'Checking {name}…', good: 'Ready. Cases: {cases}, rows: {rows}', go: 'Import what is shown ({n})', done: 'Imported. Cases: {n}', bad: 'Faults found: {n}. Nothing was imported; mend the file and choose it again.',
      row: 'Row', column: 'Column', problem: 'Problem', value: 'Content', whole: 'the whole file', first: 'Only the first {n} cases are shown.', again: 'Choose another file', view: 'See the cases',
    },
    plan: {
      title: 'Plan a hearing', when: 'Time and place', date: 'Date', time: 'Begins at', minutes: 'Minutes expected', courtroom: 'Courtroom', no_courtroom: 'There is no courtroom in use. Ask an administrator.',
      bench: 'Bench and clerk', presiding: 'Presiding judge', judge: 'Judge', assessor: 'People’s assessor', assessor_name: 'Name', clerk: 'Clerk', add_judge: 'Add a judge', add_assessor: 'Add an assessor', choose: 'Please choose',
      people: 'Parties who take part', demands: 'To be shown on entry', code: 'A code sent to the telephone or e-mail on file', identity: 'The identity document, to the clerk', checklist: 'Checklist of rights', add_item: 'Add an item', item: 'What is to be done',
      screening: 'Screening', screening_hint: 'A screened person is not seen or heard by those chosen; their name is kept too.', add_screening: 'Add a screening', screened: 'Who is screened', from: 'From whom', sight: 'Picture', sound: 'Sound', alias: 'Shown as', invite: 'Send the invitations now', invite_held: 'Neither e-mail nor SMS is configured: you will read the invitations out.',
      checking: 'Looking for clashes…', free: 'Nothing clashes.', clashes: 'Clashes', missing: 'Nobody in these seats of the template: {roles}', override: 'Reason to plan all the same', override_hint: 'Only clashes of parties may be overridden, with a reason that goes into the audit.', hard: 'Courtroom, bench or clerk is taken: choose another time, courtroom or person.', go: 'Plan the hearing', planned: 'The hearing is planned.',
      incomplete: 'Clashes are looked for once time, courtroom, presiding judge and clerk are chosen.',
      taken: { courtroom: 'Courtroom', staff: 'Staff', person: 'Party' }, until: '{from} to {to}',
    },
    stage: { preparation: 'Preparation', investigation: 'Investigation', evidence: 'Evidence', debate: 'Debate', last_statement: 'Last statement', mediation: 'Mediation', agreement: 'Agreement', deliberation: 'Deliberation', judgment: 'Judgment' },
    item: {
      identity: 'Identity confirmed', online_consent: 'Consent to the online hearing', bench_named: 'Members of the bench named', rights_told: 'Rights and duties told', recusal: 'Asked about recusal', evidence_opinion: 'Opinions on the evidence heard', debate_heard: 'Debate heard',
      last_statement: 'Last statement of the defendant', last_opinion: 'Last opinions of the parties', mediation_offered: 'Mediation offered', willing: 'Willing to mediate', agreement_read: 'Agreement read out',
    },
    calendar: { title: 'Calendar', day: 'Day', week: 'Week', today: 'Today', before: 'Previous {unit}', after: 'Next {unit}', unit_day: 'day', unit_week: 'week', courtroom: 'Courtroom', every_courtroom: 'All courtrooms', judge: 'Judge', every_judge: 'All judges', none: 'No hearing in this time.', count: 'Hearings: {n}', date: 'Date', zone: 'Times are of the court’s zone, {zone}' },
    hearing: {
      title: 'Hearing', people: 'Seats', messages: 'Messages', enter: 'Enter the courtroom', link: 'Show the link', link_text: 'For this person alone. That it was shown is in the audit.', copy: 'Copy', copied: 'Copied', postpone: 'Postpone', cancel: 'Cancel the hearing', reason: 'Reason', postpone_go: 'Postpone and tell everybody', cancel_go: 'Cancel and tell everybody', invite_all: 'Invite everybody again', invite_one: 'Invite again',
      invited: 'Messages queued: {n}', cancel_text: 'The hearing will not take place. Those who were invited are told.', minutes: '{n} minutes', judge: 'Presiding judge {name}', open_case: 'See the case', account: 'enters by a staff account',
    },
    outbox: {
      title: 'Outbox', none: 'No messages.', all: 'All', read: 'Read out', retry: 'Send again', read_title: 'Read this to the person', read_text: 'It is shown for this click, which is in the audit.', uncertain: 'may have arrived twice', due: 'due {at}', to: 'To', kind_title: 'Message', state_title: 'State', time: 'Time', hearing: 'Hearing', attempts: 'attempts: {n}',
      kind: { invitation: 'Invitation', self_check: 'Device test', reminder_day: 'Reminder, day before', reminder_hour: 'Reminder, hour before', postponed: 'New time', cancelled: 'Cancelled', code: 'Code' },
      channel: { email: 'E-mail', sms: 'SMS', clerk: 'Read out' },
      state: { queued: 'Queued', sending: 'Sending', sent: 'Sent', failed: 'Failed', held: 'To be read out', read_out: 'Read out', dropped: 'Dropped' },
      unconfigured: 'Neither e-mail nor SMS is configured: the clerk reads every message out.',
    },
    courtrooms: { title: 'Courtrooms', name: 'Name', site: 'Site', active: 'In use', inactive: 'Out of use', add: 'Add a courtroom', save: 'Save', stop: 'Take out of use', start: 'Use again', hint: 'The name stands in the records of hearings and cannot be changed.', none: 'There is no courtroom yet.' },
    today: { title: 'Today', none: 'You have no hearing today.', starts: 'begins in {time}', now: 'begins now', late: '{time} late', enter: 'Enter', over: 'Over', others: 'Other hearings today', h: '{h} h {m} min', m: '{m} min' },
  },
};
