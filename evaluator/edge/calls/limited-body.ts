/** All of a body; null: it is longer than `most` bytes, and the rest was not read. Rejects where it ends before it is whole. */
export const bytesOf = async (
  body: ReadableStream<Uint8Array>,
  most: number,
): Promise<Uint8Array<ArrayBuffer> | null> => {
  const bytes = new Uint8Array(most);
  let length = 0;
  for await (const chunk of body) {
    if (length + chunk.byteLength > most) return null;
    bytes.set(chunk, length);
    length += chunk.byteLength;
  }
  return bytes.subarray(0, length);
};
