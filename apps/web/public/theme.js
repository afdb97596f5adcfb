// Before the first paint, so that nobody who likes the dark is blinded while the app loads.
const light = matchMedia('(prefers-color-scheme: light)');
function showTheme() {
  let theme = null;
  try {
    theme = localStorage.getItem('watchparty:theme');
  } catch {
    // Storage may be forbidden: then the system's own theme it is.
  }
  if (theme !== 'dark' && theme !== 'light') theme = light.matches ? 'light' : 'dark';
  document.documentElement.dataset.theme = theme;
}
showTheme();
light.addEventListener('change', showTheme);
