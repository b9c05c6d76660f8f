/** The court's staff: signing in, accounts, the audit trail. */
export default {
  staff: {
    menu: '菜单',
    sign_out: '退出登录',
    unreachable: '暂时无法打开',
    login: '登录名',
    password: '密码',
    role: { administrator: '管理员', judge: '法官', clerk: '书记员', technician: '技术员', auditor: '审计员' },
    nav: { home: '首页', accounts: '账号管理', audit: '审计记录', account: '我的账号' },
    about: {
      accounts: '新建工作人员账号，设置角色，停用或重置。',
      audit: '查看何人何时登录、查看、下载、变更，以及被拒绝的操作。',
      account: '密码、验证方式、恢复码和已登录的设备。',
    },
    home: { title: '{name}，您好', about: '您的账号可以进行以下工作。' },
    sign_in: { title: '工作人员登录', go: '登录' },
  },
};
