import { createRouter, createWebHistory } from 'vue-router';
import EnterScreen from './screens/EnterScreen.vue';
import SeatScreen from './screens/SeatScreen.vue';
import NotFoundScreen from './screens/NotFoundScreen.vue';

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/enter', component: EnterScreen },
    { path: '/seat/:seat', component: SeatScreen, props: true },
    { path: '/:rest(.*)*', component: NotFoundScreen },
  ],
});
