/** The pages of cases, planning and the outbox, inside the staff's shell; all in the court's own time. */
import type { RouteRecordRaw } from 'vue-router';

export const CASE_PAGES: RouteRecordRaw[] = [
  { path: 'today', component: () => import('./TodayPage.vue') },
  { path: 'cases', component: () => import('./CasesPage.vue') },
  { path: 'cases/new', component: () => import('./CaseFormPage.vue') },
  { path: 'cases/import', component: () => import('./ImportPage.vue') },
  { path: 'cases/:id', component: () => import('./CasePage.vue'), props: true },
  { path: 'cases/:id/edit', component: () => import('./CaseFormPage.vue'), props: true },
  { path: 'cases/:id/plan', component: () => import('./PlanPage.vue'), props: true },
  { path: 'cases/:id/papers', component: () => import('@/papers/PapersPage.vue'), props: true },
  { path: 'papers/:id', component: () => import('@/papers/PaperPage.vue'), props: true },
  { path: 'hearings/:id', component: () => import('./HearingPage.vue'), props: true },
  { path: 'calendar', component: () => import('./CalendarPage.vue') },
  { path: 'outbox', component: () => import('./OutboxPage.vue') },
  { path: 'courtrooms', component: () => import('./CourtroomsPage.vue') },
];
