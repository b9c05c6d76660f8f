/** The keys of the clerk's desk, as the help shows them. Lines have theirs while one of them is selected. */
export const WRITING_KEYS = [
  { keys: ['F1', 'F8'], word: 'desk.key_speaker' },
  { keys: ['Enter'], word: 'desk.key_commit' },
  { keys: ['Shift', 'Enter'], word: 'desk.key_newline' },
  { keys: ['Tab'], word: 'desk.key_expand' },
  { keys: ['Alt', 'T'], word: 'desk.key_template' },
  { keys: ['Ctrl', 'Z'], word: 'desk.key_undo' },
  { keys: ['Ctrl', 'Shift', 'Z'], word: 'desk.key_redo' },
  { keys: ['Ctrl', 'H'], word: 'desk.key_replace' },
  { keys: ['Ctrl', 'Space'], word: 'desk.key_sound' },
  { keys: ['Alt', '↑'], word: 'desk.key_select' },
  { keys: ['Ctrl', '/'], word: 'desk.key_help' },
] as const;

export type LineAct = 'correct' | 'split' | 'merge' | 'insert' | 'dispute' | 'strike' | 'hear' | 'read_back';
export const LINE_KEYS: readonly { key: string; act: LineAct }[] = [
  { key: 'E', act: 'correct' },
  { key: 'S', act: 'split' },
  { key: 'M', act: 'merge' },
  { key: 'I', act: 'insert' },
  { key: 'D', act: 'dispute' },
  { key: 'X', act: 'strike' },
  { key: 'H', act: 'hear' },
  { key: 'R', act: 'read_back' },
];

export const MOVING_KEYS = [
  { keys: ['↑', '↓'], word: 'desk.key_move' },
  { keys: ['Esc'], word: 'desk.key_back' },
] as const;
