const utf8 = new TextEncoder();

/** Whether the text is at most so many UTF-8 bytes; one UTF-16 unit is at most three of them. */
export const fits = (text: string, bytes: number): boolean =>
  text.length * 3 <= bytes || utf8.encode(text).byteLength <= bytes;
