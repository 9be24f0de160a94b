import type { StoredAnswer } from '../../model/commit.ts';
import { Problem } from '../../model/problem.ts';

const utf8 = new TextEncoder();
const text = new TextDecoder();

/**
 * Keeps an answer that shows a secret unreadable in the database: it is encrypted (AES-256-GCM) under a key made from the caller's own
 * credential, which is stored nowhere. Only a repeat that carries the same credential can read it.
 */
export const sealedWith = (credential: string) => {
  const key = crypto.subtle
    .importKey('raw', utf8.encode(credential), 'HKDF', false, ['deriveKey'])
    .then((material) =>
      crypto.subtle.deriveKey(
        {
          name: 'HKDF',
          hash: 'SHA-256',
          salt: new Uint8Array(),
          info: utf8.encode('halyard repeated answer'),
        },
        material,
        { name: 'AES-GCM', length: 256 },
        false,
        ['encrypt', 'decrypt'],
      ),
    );
  return {
    async seal(answer: StoredAnswer): Promise<StoredAnswer> {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const sealed = await crypto.subtle.encrypt(
        { name: 'AES-GCM', iv },
        await key,
        utf8.encode(answer.body),
      );
      return { ...answer, body: JSON.stringify({ iv: toText(iv), sealed: toText(new Uint8Array(sealed)) }) };
    },

    /** Problem: `conflict` if the answer was sealed with another credential. */
    async unseal(answer: StoredAnswer): Promise<StoredAnswer> {
      const { iv, sealed }: { iv: string; sealed: string } = JSON.parse(answer.body);
      const opened = await crypto.subtle
        .decrypt({ name: 'AES-GCM', iv: toBytes(iv) }, await key, toBytes(sealed))
        .catch((): never => {
          throw new Problem('conflict', {
            message:
              'The Idempotency-Key was used with another credential (a token and a session are two): the first answer shows a secret, which is for that one alone; use a new key for a new request.',
          });
        });
      return { ...answer, body: text.decode(opened) };
    },
  };
};

const toText = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
const toBytes = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
