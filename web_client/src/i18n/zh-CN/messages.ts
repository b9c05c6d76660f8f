/** Messages to the clerk and the technician, and between parties. */
export default {
  messages: {
    title: '消息',
    technician: '技术人员',
    everybody: '全体在庭人员',
    somebody: '一名诉讼参与人',
    threads: '联系对象',
    unread: '{n} 条未读',
    waiting: '待答复',
    done: '已答复',
    write: '写给{name}',
    send: '发送',
    empty: '有听不清、看不到或其他问题，可在此写给对方。内容只有对方看得到，并记入庭审日志。',
    empty_chat: '审判长已开启交流，在庭人员都看得到这里的内容。',
    new_from: '{name}发来新消息',
    keys: 'Alt+↓ 下一位',
    inbox: '收件箱',
    inbox_empty: '还没有人给书记员写消息。',
    fate: { sent: '已送达', read: '已读', answered: '已答复' },
  },
};
