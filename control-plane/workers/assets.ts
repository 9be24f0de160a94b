import type { DashboardFiles } from '../api/http/pages.ts';
import type { Environment } from './bindings.ts';

/** The built dashboard, as it was uploaded with the Worker. Cloudflare compresses it on the way out. */
export const assetFiles =
  (assets: Environment['ASSETS'], origin: string): DashboardFiles =>
  async (path) => {
    const answer = await assets.fetch(new Request(new URL(`/${path}`, origin)));
    if (!answer.ok) return null;
    return {
      body: new Uint8Array(await answer.arrayBuffer()),
      contentType: answer.headers.get('content-type') ?? 'application/octet-stream',
      immutable: path.startsWith('assets/'),
    };
  };
