/**
 * The request as the objects are to see it: who asks is what Cloudflare says (`CF-Connecting-IP`, which no client can set), and where
 * they think they are is the URL, so that what a client says of either is not believed.
 */
export const fromVisitor = (request: Request): Request => {
  const asked = new Request(request);
  asked.headers.set('x-forwarded-for', request.headers.get('cf-connecting-ip') ?? 'unknown');
  asked.headers.delete('x-forwarded-proto');
  asked.headers.delete('x-forwarded-host');
  return asked;
};
