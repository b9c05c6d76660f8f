/** The court's staff: signing in, accounts, the audit trail. */
export default {
  staff: {
    menu: 'Menu',
    sign_out: 'Sign out',
    unreachable: 'This cannot be opened just now',
    login: 'Login',
    password: 'Password',
    role: { administrator: 'Administrator', judge: 'Judge', clerk: 'Clerk', technician: 'Technician', auditor: 'Auditor' },
    nav: { home: 'Home', accounts: 'Accounts', audit: 'Audit trail', account: 'My account' },
    about: {
      accounts: 'Create accounts of the court’s staff, set roles, disable or reset them.',
      audit: 'Who signed in, viewed, downloaded or changed something, and what was refused.',
      account: 'Password, second factors, recovery codes, and where you are signed in.',
    },
    home: { title: 'Welcome, {name}', about: 'This is what your account may do.' },
    sign_in: { title: 'Staff sign-in', go: 'Sign in' },
  },
};
