/** What commands need of tokens and sign-in, besides the API. */

export { PERMISSIONS } from '../model/permission.ts';
export { mintLink, signInToken } from './link.ts';
export { mintId, mintSecret, sameSecret, sha256Hex, systemRandom } from './secret.ts';
