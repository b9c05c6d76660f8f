import { createRouter, createWebHistory } from 'vue-router';
import { loadZone } from '@/components/courtTime';
import EnterScreen from './screens/EnterScreen.vue';
import SeatScreen from './screens/SeatScreen.vue';
import StaffShell from './staff/StaffShell.vue';
import { STAFF_PAGES } from './staff/routes';
import NotFoundScreen from './screens/NotFoundScreen.vue';

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/enter', component: EnterScreen },
    { path: '/seat/:seat', component: SeatScreen, props: true },
    { path: '/seat/:seat/playback', component: () => import('./playback/PlaybackScreen.vue'), props: true },
    { path: '/observe/:hearing', component: () => import('./observe/ObserveScreen.vue'), props: true },
    { path: '/paper', component: () => import('./papers/PaperEnter.vue') },
    { path: '/papers/:person', component: () => import('./papers/PersonScreen.vue'), props: true },
    { path: '/papers/:person/:paper', component: () => import('./papers/PaperScreen.vue'), props: true },
    { path: '/verify', component: () => import('./verify/VerifyPage.vue') },
    { path: '/kiosk', component: () => import('./kiosk/KioskScreen.vue') },
    { path: '/staff', component: StaffShell, children: STAFF_PAGES },
    { path: '/:rest(.*)*', component: NotFoundScreen },
  ],
});

router.beforeEach(() => loadZone()); // every page says and takes times by the court's clock
