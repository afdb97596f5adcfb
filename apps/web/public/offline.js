// Speaks as the app was told to, else as the browser asks; comes back to the page that was wanted.
let locale = null;
try {
  locale = localStorage.getItem('watchparty:locale');
} catch {
  // Storage may be forbidden: then the browser's own language it is.
}
locale ??= navigator.languages.find((tag) => /^(?:en|ru)\b/.test(tag)) ?? 'en';
const language = locale.startsWith('ru') ? 'ru' : 'en';
document.documentElement.lang = language;
for (const section of document.querySelectorAll('section')) section.hidden = section.lang !== language;
for (const button of document.querySelectorAll('button')) button.addEventListener('click', () => location.reload());

// Browsers do not always know. What answers, whatever it says, is a server. By its own address this page is what was wanted.
if (location.pathname !== '/offline.html') {
  addEventListener('online', () => location.reload());
  setInterval(() => fetch('/api/health', { cache: 'no-store' }).then(() => location.reload(), () => {}), 5000);
}
