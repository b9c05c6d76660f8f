import { createPinia } from 'pinia';
import { createApp } from 'vue';
import 'element-plus/theme-chalk/base.css';
import 'element-plus/theme-chalk/el-button.css';
import 'element-plus/theme-chalk/el-checkbox.css';
import 'element-plus/theme-chalk/el-dialog.css';
import 'element-plus/theme-chalk/el-input.css';
import 'element-plus/theme-chalk/el-overlay.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/element.css';
import './styles/table.css';
import './styles/reading.css';
import App from './App.vue';
import { announce, i18n } from './i18n';
import { router } from './router';

announce(i18n.global.locale.value);
createApp(App).use(createPinia()).use(router).use(i18n).mount('#app');
