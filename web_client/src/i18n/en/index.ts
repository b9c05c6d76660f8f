/** English: the same keys as 简体中文, one file an area. */
import type zh from '../zh-CN';
import clerk from './clerk';
import common from './common';
import court from './court';
import entering from './entering';

const en: typeof zh = { ...common, ...entering, ...court, ...clerk };
export default en;
