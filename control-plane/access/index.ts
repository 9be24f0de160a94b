/** What commands need of tokens and sign-in, besides the API. */
export { mintLink, signInToken } from './link.ts';
export { PERMISSIONS } from './permission.ts';
export { mintId, mintSecret, sameSecret, sha256Hex, systemRandom } from './secret.ts';
