/** 案件、排期、日历、发件箱。 */
export default {
  cases: {
    nav: { today: '今日庭审', cases: '案件', calendar: '庭审日历', outbox: '发件箱', courtrooms: '法庭' },
    about: {
      today: '今天您参加的庭审，到点进入。',
      cases: '新建、查找案件，从表格导入，安排开庭。',
      calendar: '按日、按周查看各法庭和法官的庭审。',
      outbox: '通知与提醒的发送情况，未能发送的由书记员宣读。',
      courtrooms: '添加法庭，设置位置，停用。',
    },
    procedure: { criminal: '刑事', civil: '民事', administrative: '行政', mediation: '调解' },
    side: { claim: '控方或原告方', defence: '被告方', neutral: '无' },
    phase: { scheduled: '已排期', waiting: '候审', in_session: '开庭中', paused: '休庭', suspended: '已延期', closed: '已闭庭', cancelled: '已取消' },
    list: {
      search: '查找案号、案由或姓名',
      all: '全部程序', open: '在办', closed: '已结', any: '在办和已结',
      new: '新建案件', import: '从表格导入', export: '导出表格',
      number: '案号', title: '案由', parties: '诉讼参与人', next: '庭审', none: '没有符合条件的案件。', more: '显示更多',
      empty: '还没有案件。新建一个，或从表格导入。', people: '{names} 等 {n} 人',
    },
    case: {
      edit: '修改', plan: '安排开庭', close: '结案', reopen: '恢复在办', remove: '删除案件',
      remove_text: '案件和其中的联系方式将被删除，无法恢复。',
      close_text: '结案后不再安排开庭，已有的庭审和笔录不受影响。',
      hearings: '庭审', no_hearings: '尚未安排开庭。', people: '诉讼参与人', nobody: '尚未录入诉讼参与人。',
      detained: '羁押于 {place}', counsel_for: '代理或辩护：{names}', interpreter_for: '翻译对象：{names}', no_contact: '无联系方式', closed: '已结案',
    },
    form: {
      new: '新建案件', edit: '修改案件', save: '保存', number: '案号', number_hint: '例如（2026）川0104民初1号，括号和空格会自动整理。',
      procedure: '程序', title: '案由', people: '诉讼参与人', add: '添加一人', remove: '移除', role: '诉讼地位', name: '姓名或名称', side: '所属方',
      email: '电子邮箱', telephone: '手机号码', language: '通知语言', detained: '羁押场所', notes: '备注（仅法院可见）', more: '更多', person: '第 {n} 人',
      counsel_for: '代理或辩护对象', interpreter_for: '翻译对象', sign_language: '手语翻译', keys: 'Alt+N 添加一人，Ctrl+Enter 保存', conflict: '案件已被他人修改，请重新打开后再改。',
    },
    problem: {
      required: '请填写', too_long: '内容过长', hidden_character: '含有不可见字符，或文件无法读取', bad_number: '不是有效的案号', bad_email: '不是有效的邮箱', bad_telephone: '不是有效的电话号码',
      unknown_value: '不能识别', unknown_person: '本案中没有此人', not_for_this_role: '此诉讼地位不能填写', duplicate: '重复或已存在', too_many: '超出数量限制', differs: '与同一案件的前一行不一致',
      in_the_past: '时间已过', out_of_range: '超出范围',
    },
    import: {
      title: '从表格导入案件', about: '每行一名诉讼参与人，同一案号的各行合为一个案件。有一处错误则全部不导入。', choose: '选择 CSV 文件', template: '下载模板', drop: '或把文件拖到这里',
      size: '最大 1 MB，5000 行；UTF-8 或 GB18030 编码', reading: '正在检查 {name}…', good: '可以导入：{cases} 个案件，{rows} 行', go: '导入 {n} 个案件', done: '已导入 {n} 个案件。', bad: '发现 {n} 处问题，未导入任何案件。请改正后重新选择文件。',
      row: '行', column: '列', problem: '问题', value: '内容', whole: '整个文件', first: '只显示前 {n} 个案件。', again: '选择另一个文件', view: '查看案件',
    },
    plan: {
      title: '安排开庭', when: '时间和地点', date: '日期', time: '开始时间', minutes: '预计分钟数', courtroom: '法庭', no_courtroom: '尚无可用的法庭，请管理员添加。',
      bench: '审判人员和书记员', presiding: '审判长', judge: '审判员', assessor: '人民陪审员', assessor_name: '姓名', clerk: '书记员', add_judge: '添加审判员', add_assessor: '添加陪审员', choose: '请选择',
      people: '参加的诉讼参与人', demands: '入庭要求', code: '验证码：发到登记的手机或邮箱', identity: '书记员核对身份证件', checklist: '权利告知与程序清单', add_item: '添加事项', item: '事项内容',
      screening: '隔离', screening_hint: '被隔离的人不会被所选的人看到或听到，姓名也不显示。', add_screening: '添加隔离', screened: '被隔离人', from: '不能被谁看到或听到', sight: '画面', sound: '声音', alias: '代称', invite: '立即发出开庭通知', invite_held: '未配置邮件和短信，通知将放入发件箱由您宣读。',
      checking: '正在检查冲突…', free: '没有冲突。', clashes: '时间冲突', missing: '模板中的席位无人：{roles}', override: '仍要安排的理由', override_hint: '仅当事人等人员的冲突可在说明理由后安排，理由记入审计。', hard: '法庭、审判人员或书记员冲突，请换时间、法庭或人员。', go: '安排开庭', planned: '已安排开庭。',
      incomplete: '填写完时间、法庭、审判长和书记员后检查冲突。',
      taken: { courtroom: '法庭', staff: '人员', person: '当事人' }, until: '{from}—{to}',
    },
    stage: { preparation: '开庭准备', investigation: '法庭调查', evidence: '举证质证', debate: '法庭辩论', last_statement: '最后陈述', mediation: '调解', agreement: '签署协议', deliberation: '评议', judgment: '宣判' },
    item: {
      identity: '核对当事人身份', online_consent: '确认同意在线庭审', bench_named: '宣布合议庭组成人员', rights_told: '告知诉讼权利和义务', recusal: '询问是否申请回避', evidence_opinion: '听取质证意见', debate_heard: '听取辩论意见',
      last_statement: '被告人最后陈述', last_opinion: '当事人最后意见', mediation_offered: '询问是否愿意调解', willing: '确认自愿调解', agreement_read: '宣读调解协议',
    },
    calendar: { title: '庭审日历', day: '日', week: '周', today: '今天', before: '前一{unit}', after: '后一{unit}', unit_day: '天', unit_week: '周', courtroom: '法庭', every_courtroom: '全部法庭', judge: '法官', every_judge: '全部法官', none: '这段时间没有庭审。', count: '{n} 场庭审', date: '日期', zone: '时间均为法院所在时区 {zone}' },
    hearing: {
      title: '庭审', people: '席位', messages: '通知', enter: '进入法庭', link: '显示链接', link_text: '只告诉本人。此次显示已记入审计。', copy: '复制', copied: '已复制', postpone: '改期', cancel: '取消庭审', reason: '原因', postpone_go: '改期并通知', cancel_go: '取消庭审并通知', invite_all: '重新通知所有人', invite_one: '重发通知',
      invited: '已列入发送：{n} 条', cancel_text: '此庭审将不再进行，已通知的人会收到取消通知。', minutes: '{n} 分钟', judge: '审判长 {name}', open_case: '查看案件', account: '使用工作人员账号进入',
    },
    outbox: {
      title: '发件箱', none: '没有消息。', all: '全部', read: '宣读', retry: '再次发送', read_title: '请向本人宣读', read_text: '内容只显示这一次点击，已记入审计。', uncertain: '可能已送达两次', due: '定于 {at} 发送', to: '收件人', kind_title: '内容', state_title: '状态', time: '时间', hearing: '庭审', attempts: '已尝试 {n} 次',
      kind: { invitation: '开庭通知', self_check: '设备检测', reminder_day: '前一天提醒', reminder_hour: '一小时前提醒', postponed: '改期通知', cancelled: '取消通知', code: '验证码' },
      channel: { email: '邮件', sms: '短信', clerk: '书记员宣读' },
      state: { queued: '待发送', sending: '发送中', sent: '已发送', failed: '失败', held: '待宣读', read_out: '已宣读', dropped: '已作废' },
      unconfigured: '未配置邮件和短信：所有消息由书记员宣读。',
    },
    courtrooms: { title: '法庭', name: '名称', site: '位置', active: '使用中', inactive: '已停用', add: '添加法庭', save: '保存', stop: '停用', start: '启用', hint: '名称写入庭审记录，添加后不能更改。', none: '还没有法庭。' },
    today: { title: '今日庭审', none: '今天没有您参加的庭审。', starts: '{time} 后开始', now: '现在开始', late: '已过开始时间 {time}', enter: '进入', over: '已结束', others: '今日其他庭审', h: '{h} 小时 {m} 分', m: '{m} 分钟' },
  },
};
