/**
 * 53 bits of a text, for telling contexts apart in an ETag. Not for secrets: whoever finds a collision fools only themselves, with an
 * answer they were given before.
 *
 * Two 32-bit multiplicative hashes side by side with MurmurHash3's finalizer (Austin Appleby's mixing constants).
 */
export const fingerprint = (text: string): string => {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x85ebca77);
    b = Math.imul(b ^ unit, 0xc2b2ae3d);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return ((a >>> 0) * 0x200000 + (b >>> 11)).toString(36);
};

/** Whether `If-None-Match` names the ETag; weak comparison (RFC 9110, section 13.1.2). */
const matchesEtag = (ifNoneMatch: string | null, etag: string): boolean => {
  if (ifNoneMatch === null) return false;
  if (ifNoneMatch === etag) return true;
  return ifNoneMatch.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === etag);
};

/** A 304 if the asker holds what the `etag` of these headers names, else null. */
export const notModified = (
  request: Headers,
  headers: Readonly<Record<string, string>> & { readonly etag: string },
): Response | null => {
  if (!matchesEtag(request.get('if-none-match'), headers.etag)) return null;
  const { 'content-type': _, ...rest } = headers;
  return new Response(null, { status: 304, headers: rest });
};
