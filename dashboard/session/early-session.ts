declare global {
  interface Window {
    /** What early.js asked before any module ran; null if no answer came. */
    halyardSession?: Promise<Response | null>;
  }
}

/** The answer that was asked for ahead of the scripts; the first call takes it, later ones get null and ask for themselves. */
export const takeEarlySession = async (): Promise<Response | null> => {
  const early = window.halyardSession;
  delete window.halyardSession;
  return (await early) ?? null;
};
