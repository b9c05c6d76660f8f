/** 简体中文: every word on the screen, one file an area. English has the same keys. */
import cases from './cases';
import centre from './centre';
import clerk from './clerk';
import common from './common';
import court from './court';
import entering from './entering';
import floor from './floor';
import lobby from './lobby';
import messages from './messages';
import staff from './staff';
import talk from './talk';

export default { ...cases, ...centre, ...clerk, ...common, ...court, ...entering, ...floor, ...lobby, ...messages, ...staff, ...talk };
