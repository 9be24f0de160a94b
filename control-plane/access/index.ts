/** What commands need of tokens and sign-in, besides the API. */
export { mintLink } from './link.ts';
export { PERMISSIONS } from './permission.ts';
export { mintId, mintSecret, sha256Hex, systemRandom } from './secret.ts';
export { maySignIn } from './session.ts';
