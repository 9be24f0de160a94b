import type { Caller } from './caller.ts';

/** Tickets are renewed this often; each is good for two periods from the start of its own, so for half an hour to an hour. */
const PERIOD_MS = 30 * 60 * 1000;

export interface Ticket {
  readonly app: string;
  readonly tokenId: string;
  /** The token is known from the replicated hashes: it must still be there. */
  readonly replicated: boolean;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** The running number of the period a ticket given now belongs to. The ETag of bulk answers covers it. */
export const ticketPeriod = (now: number): number => Math.floor(now / PERIOD_MS);

/**
 * Signs and checks the tickets in the URLs of event streams. A ticket says only that its holder may hear that an app changed; it is
 * bound to app and token, and is the same for all its period, so that the URL stays the same and one signature serves many answers.
 */
export class Tickets {
  readonly #secret: () => string | null;
  #key: { readonly secret: string; readonly key: Promise<CryptoKey> } | null = null;
  #signed = new Map<string, Promise<string>>();
  #period = 0;

  constructor(secret: () => string | null) {
    this.#secret = secret;
  }

  /** Null while the edge has no secret to sign with. */
  issue(app: string, caller: Caller, now: number): Promise<string> | null {
    const key = this.#signingKey();
    if (key === null) return null;
    const period = ticketPeriod(now);
    if (period !== this.#period) {
      this.#signed = new Map();
      this.#period = period;
    }
    const claims = JSON.stringify([
      app,
      caller.grant.token_id,
      (period + 2) * PERIOD_MS,
      caller.replicated ? 1 : 0,
    ]);
    let ticket = this.#signed.get(claims);
    if (ticket === undefined) {
      ticket = sign(key, claims);
      this.#signed.set(claims, ticket);
    }
    return ticket;
  }

  /** Null if the ticket was not signed by this account's secret, or is expired. */
  async check(ticket: string, now: number): Promise<Ticket | null> {
    const key = this.#signingKey();
    const [payload, signature, rest] = ticket.split('.');
    if (key === null || payload === undefined || signature === undefined || rest !== undefined) return null;
    const bytes = fromBase64Url(signature);
    const claims = fromBase64Url(payload);
    if (bytes === null || claims === null) return null;
    if (!(await crypto.subtle.verify('HMAC', await key, bytes, claims))) return null;
    const [app, tokenId, expiresAt, replicated] = JSON.parse(new TextDecoder().decode(claims));
    if (expiresAt <= now) return null;
    return { app, tokenId, expiresAt, replicated: replicated === 1 };
  }

  #signingKey(): Promise<CryptoKey> | null {
    const secret = this.#secret();
    if (secret === null) return null;
    if (this.#key?.secret !== secret) {
      this.#signed = new Map();
      this.#key = {
        secret,
        key: crypto.subtle.importKey(
          'raw',
          new TextEncoder().encode(`halyard stream ticket\n${secret}`),
          { name: 'HMAC', hash: 'SHA-256' },
          false,
          ['sign', 'verify'],
        ),
      };
    }
    return this.#key.key;
  }
}

const sign = async (key: Promise<CryptoKey>, claims: string): Promise<string> => {
  const payload = new TextEncoder().encode(claims);
  const signature = await crypto.subtle.sign('HMAC', await key, payload);
  return `${toBase64Url(payload)}.${toBase64Url(new Uint8Array(signature))}`;
};

const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> | null => {
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
      char.charCodeAt(0),
    );
  } catch {
    return null;
  }
};
