/** Below this, the headers and the time cost more than the bytes saved. */
const WORTH_BYTES = 2_048;
/** Workers compress what says that it is compressed, unless told that it is. Others know no such option. */
const ENCODED = { encodeBody: 'manual' };
const ASKED = /(?:^|[\s,])gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)/i;

/**
 * The answer, compressed where the request asks for it and it is worth it. `headers` must carry a `vary`; an `etag` becomes weak,
 * since the bytes are others.
 */
export const answerCompressed = (
  request: Headers,
  body: string,
  headers: Readonly<Record<string, string>>,
): Response => {
  if (body.length < WORTH_BYTES || !ASKED.test(request.get('accept-encoding') ?? '')) {
    return new Response(body, {
      status: 200,
      headers: { ...headers, vary: `${headers['vary']}, Accept-Encoding` },
    });
  }
  const etag = headers['etag'];
  return new Response(new Blob([body]).stream().pipeThrough(new CompressionStream('gzip')), {
    status: 200,
    ...ENCODED,
    headers: {
      ...headers,
      'content-encoding': 'gzip',
      vary: `${headers['vary']}, Accept-Encoding`,
      ...(etag === undefined ? {} : { etag: `W/${etag}` }),
    },
  });
};
