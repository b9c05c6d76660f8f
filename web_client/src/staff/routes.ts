/** The staff's pages, all inside the shell; each is loaded when it is first opened. */
import type { RouteRecordRaw } from 'vue-router';
import { CASE_PAGES } from '@/cases/routes';

export const STAFF_PAGES: RouteRecordRaw[] = [
  { path: '', component: () => import('./HomePage.vue') },
  { path: 'setup', component: () => import('./HomePage.vue') },
  { path: 'account', component: () => import('./AccountPage.vue') },
  { path: 'accounts', component: () => import('./AccountsPage.vue') },
  { path: 'kiosks', component: () => import('./KiosksPage.vue') },
  { path: 'audit', component: () => import('./AuditPage.vue') },
  { path: 'centre', component: () => import('@/centre/CentrePage.vue') },
  ...CASE_PAGES,
];
