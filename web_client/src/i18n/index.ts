/** Both languages: which one at first, switched, remembered. */
import { computed } from 'vue';
import { createI18n, useI18n } from 'vue-i18n';
import en from './en';
import zh from './zh-CN';

export const LANGUAGES = ['zh-CN', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];
const KEY = 'hearing.language';

function initial(): Language {
  const kept = localStorage.getItem(KEY);
  if (kept === 'zh-CN' || kept === 'en') return kept;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

export const i18n = createI18n({
  legacy: false,
  locale: initial() as string,
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zh, en },
});

export function useLanguage() {
  const { locale, t } = useI18n({ useScope: 'global' });
  const language = computed(() => locale.value as Language);

  function choose(next: Language): void {
    locale.value = next;
    localStorage.setItem(KEY, next);
    announce(next);
  }
  const toggle = () => choose(language.value === 'en' ? 'zh-CN' : 'en');
  return { language, choose, toggle, t };
}

/** The document's own language, for screen readers and fonts. */
export function announce(language: string): void {
  document.documentElement.lang = language;
  document.title = i18n.global.t('app.name');
}
