/** The UTF-8 bytes of a text, in order. A lone surrogate is encoded as U+FFFD, as TextEncoder does. */
export const eachByte = (text: string, byte: (value: number) => void): void => {
  for (let at = 0; at < text.length; at += 1) {
    let point = text.codePointAt(at) ?? 0;
    if (point >= 0xd800 && point <= 0xdfff) point = 0xfffd;
    if (point <= 0x7f) {
      byte(point);
    } else if (point <= 0x7ff) {
      byte(0xc0 | (point >> 6));
      byte(0x80 | (point & 0x3f));
    } else if (point <= 0xffff) {
      byte(0xe0 | (point >> 12));
      byte(0x80 | ((point >> 6) & 0x3f));
      byte(0x80 | (point & 0x3f));
    } else {
      at += 1;
      byte(0xf0 | (point >> 18));
      byte(0x80 | ((point >> 12) & 0x3f));
      byte(0x80 | ((point >> 6) & 0x3f));
      byte(0x80 | (point & 0x3f));
    }
  }
};
