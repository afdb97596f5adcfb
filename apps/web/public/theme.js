// Before the first paint, so that nobody who likes the dark is blinded while the app loads.
try {
  const theme = localStorage.getItem('watchparty:theme');
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden: then the system's own theme it is.
}
