import { answer } from './answer.ts';

export { AccountObject } from './account-object.ts';
export { AppObject } from './app-object.ts';
export { Heads } from './heads.ts';

/**
 * The control plane on Cloudflare Workers. Each object runs the whole API on its own database, so that a commit is decided where it is
 * written, in one transaction and in one order; the Worker only finds the object.
 */
export default { fetch: answer };
