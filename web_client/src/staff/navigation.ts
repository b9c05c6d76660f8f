/** Where the staff can go, and who is shown the way. The server decides who may; this only does not tempt. */
import type { StaffRole } from '@/api/staff';
import type { IconName } from '@/components/SignIcon.vue';

export interface Destination {
  to: string;
  word: string; // key of its name
  about: string; // key of one sentence, for the first page
  icon: IconName;
  roles: readonly StaffRole[]; // none: everybody
}

export const NAVIGATION: readonly Destination[] = [
  { to: '/staff/today', word: 'cases.nav.today', about: 'cases.about.today', icon: 'clock', roles: ['clerk', 'judge'] },
  { to: '/staff/cases', word: 'cases.nav.cases', about: 'cases.about.cases', icon: 'folder', roles: ['clerk', 'judge'] },
  { to: '/staff/calendar', word: 'cases.nav.calendar', about: 'cases.about.calendar', icon: 'calendar', roles: ['clerk', 'judge'] },
  { to: '/staff/outbox', word: 'cases.nav.outbox', about: 'cases.about.outbox', icon: 'mail', roles: ['clerk', 'judge'] },
  { to: '/staff/centre', word: 'centre.nav', about: 'centre.nav_about', icon: 'line', roles: ['technician', 'administrator'] },
  { to: '/staff/courtrooms', word: 'cases.nav.courtrooms', about: 'cases.about.courtrooms', icon: 'door', roles: ['administrator'] },
  { to: '/staff/accounts', word: 'staff.nav.accounts', about: 'staff.about.accounts', icon: 'people', roles: ['administrator'] },
  { to: '/staff/kiosks', word: 'kiosk.page', about: 'kiosk.page_about', icon: 'camera', roles: ['administrator', 'clerk'] },
  { to: '/staff/audit', word: 'staff.nav.audit', about: 'staff.about.audit', icon: 'shield', roles: ['auditor'] },
  { to: '/staff/account', word: 'staff.nav.account', about: 'staff.about.account', icon: 'person', roles: [] },
];

export const destinations = (roles: readonly StaffRole[]): readonly Destination[] =>
  NAVIGATION.filter((one) => !one.roles.length || one.roles.some((role) => roles.includes(role)));
