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
  { to: '/staff/accounts', word: 'staff.nav.accounts', about: 'staff.about.accounts', icon: 'people', roles: ['administrator'] },
  { to: '/staff/audit', word: 'staff.nav.audit', about: 'staff.about.audit', icon: 'shield', roles: ['auditor'] },
  { to: '/staff/account', word: 'staff.nav.account', about: 'staff.about.account', icon: 'person', roles: [] },
];

export const destinations = (roles: readonly StaffRole[]): readonly Destination[] =>
  NAVIGATION.filter((one) => !one.roles.length || one.roles.some((role) => roles.includes(role)));
