// Runs before the first paint, so that a dark screen does not flash white; a file because the policy allows no inline script.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem('halyard-color-scheme');
  } catch {
    // A browser may refuse storage; the system's scheme is used then.
  }
  const dark =
    chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
