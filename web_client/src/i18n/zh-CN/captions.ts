/** 字幕，以及书记员处的识别草稿。 */
export default {
  captions: {
    switch: '字幕',
    title: '实时字幕',
    ready: '发言时字幕显示在这里。字幕由机器识别，不是笔录。',
    starting: '字幕正在启动……',
    down: '字幕中断，会自动恢复。庭审照常进行。',
    failed: '没有字幕：语音识别已停用，原因由技术人员查看。',
    without: '发言较多，暂无字幕：{names}',
    draft: '识别草稿',
    listening: '正在说……',
    accept: '采用',
    edit: '修改',
    drop: '舍弃',
  },
};
