/** What somebody pasted to sign in with: a token, or the secret of a sign-in link, alone or in its link. */
export type Proof = { readonly token: string } | { readonly link: string };

const SECRET_OF_LINK = /^hll_/;

export const proofOf = (pasted: string): Proof => {
  const text = pasted.trim();
  const at = text.indexOf('#');
  const link = at === -1 ? null : new URLSearchParams(text.slice(at + 1)).get('link');
  if (link !== null) return { link };
  return SECRET_OF_LINK.test(text) ? { link: text } : { token: text };
};
