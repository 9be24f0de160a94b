// Runs before the first paint; a file because the policy allows no inline script.
(() => {
  // A dark screen must not flash white.
  let chosen = null;
  try {
    chosen = localStorage.getItem('halyard-color-scheme');
  } catch {
    // A browser may refuse storage; the system's scheme is used then.
  }
  const dark =
    chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');

  // Who is signed in is asked while the scripts are still on their way; api.ts takes the answer. The page to sign in on asks nothing.
  if (!location.pathname.endsWith('/sign-in')) {
    const session = new URL('../client/v4/session', document.currentScript.src);
    window.halyardSession = fetch(session, { credentials: 'same-origin' }).catch(() => null);
  }
})();
