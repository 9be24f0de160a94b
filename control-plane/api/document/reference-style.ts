export const REFERENCE_STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --tint: color-mix(in srgb, currentColor 6%, transparent); }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.55 system-ui, sans-serif; display: grid; grid-template-columns: 17rem minmax(0, 1fr); background: Canvas; color: CanvasText; }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.5rem 1rem; border-right: 1px solid var(--line); font-size: 0.875rem; }
nav h2 { margin: 1.25rem 0 0.25rem; font-size: 0.75rem; letter-spacing: 0.06em; text-transform: uppercase; opacity: 0.75; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { display: block; padding: 0.2rem 0.5rem; border-radius: 0.25rem; color: inherit; text-decoration: none; }
nav a:hover, nav a:focus-visible { background: var(--tint); }
nav .title { font-weight: 700; font-size: 1rem; }
main { padding: 2rem clamp(1rem, 4vw, 4rem) 6rem; max-width: 62rem; }
h1 { margin-top: 0; }
section > h2 { margin-top: 3rem; padding-bottom: 0.25rem; border-bottom: 1px solid var(--line); }
article { margin: 2rem 0; scroll-margin-top: 1rem; }
code, pre { font: 0.875em/1.5 ui-monospace, monospace; }
code { overflow-wrap: anywhere; }
pre { overflow-x: auto; padding: 0.75rem 1rem; border-radius: 0.375rem; background: var(--tint); max-height: 28rem; }
.method { font: 700 0.75rem ui-monospace, monospace; padding: 0.15rem 0.5rem; border-radius: 0.25rem; border: 1px solid var(--line); }
.get { color: light-dark(#0b5cad, #7db8ff); } .post { color: light-dark(#11692f, #6fd18c); } .put, .patch { color: light-dark(#8a4b00, #f0b35c); } .delete { color: light-dark(#a51d2d, #ff8f98); }
table { width: 100%; border-collapse: collapse; font-size: 0.9375rem; }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.5rem; border-bottom: 1px solid var(--line); }
td b { white-space: nowrap; }
summary { cursor: pointer; padding: 0.3rem 0; }
.refusal { margin: 0.25rem 0; font-size: 0.875rem; white-space: pre-line; }
@media (max-width: 50rem) { body { grid-template-columns: minmax(0, 1fr); } nav { position: static; height: auto; max-height: 40vh; border-right: 0; border-bottom: 1px solid var(--line); } }
`;
