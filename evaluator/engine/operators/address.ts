/** IPv4 and IPv6 addresses and CIDR blocks (RFC 4291, RFC 4632). An IPv4-mapped IPv6 address counts as IPv4. */

/** One word of 32 bits (IPv4) or four (IPv6), each 0 to 2^32 - 1. */
export type Address = readonly number[];

export interface Block {
  readonly address: Address;
  /** Of `address`: up to 32 or 128. */
  readonly prefix: number;
}

const OCTET = /^(?:0|[1-9]\d{0,2})$/;

const ipv4 = (text: string): number | null => {
  const octets = text.split('.', 5);
  if (octets.length !== 4) return null;
  let word = 0;
  for (const octet of octets) {
    if (!OCTET.test(octet) || Number(octet) > 255) return null;
    word = word * 256 + Number(octet);
  }
  return word;
};

const HEXTET = /^[0-9A-Fa-f]{1,4}$/;

/** The 16-bit groups of one side of `::`, or null. Only the last group of the whole address may be an IPv4 address. */
const groups = (text: string, mayEndInIpv4: boolean): readonly number[] | null => {
  if (text === '') return [];
  const parts = text.split(':', 9);
  const result: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (HEXTET.test(part)) {
      result.push(Number.parseInt(part, 16));
      continue;
    }
    const word = mayEndInIpv4 && index === parts.length - 1 ? ipv4(part) : null;
    if (word === null) return null;
    result.push(Math.floor(word / 65_536), word % 65_536);
  }
  return result;
};

const ipv6 = (text: string): readonly number[] | null => {
  if (text.length > 45) return null;
  const sides = text.split('::', 3);
  const [before = '', after] = sides;
  if (sides.length > 2) return null;
  const head = groups(before, after === undefined);
  const tail = after === undefined ? [] : groups(after, true);
  if (head === null || tail === null) return null;
  const zeros = 8 - head.length - tail.length;
  // RFC 5952 section 4.2.2 would not write `::` for one group of zeros, RFC 4291 section 2.2 lets it stand.
  if (after === undefined ? zeros !== 0 : zeros < 1) return null;
  const all = [...head, ...new Array<number>(zeros).fill(0), ...tail];
  return [0, 2, 4, 6].map((index) => (all[index] ?? 0) * 65_536 + (all[index + 1] ?? 0));
};

const mapped = (words: readonly number[]): boolean => words[0] === 0 && words[1] === 0 && words[2] === 0xffff;

export const addressOf = (text: string): Address | null => {
  const word = ipv4(text);
  if (word !== null) return [word];
  const words = text.includes(':') ? ipv6(text) : null;
  return words !== null && mapped(words) ? words.slice(3) : words;
};

const PREFIX = /^(?:0|[1-9]\d{0,2})$/;

/** An address alone is a block of one. Null: neither an address nor a block. */
export const blockOf = (text: string): Block | null => {
  const slash = text.indexOf('/');
  const address = addressOf(slash === -1 ? text : text.slice(0, slash));
  if (address === null) return null;
  const bits = address.length * 32;
  if (slash === -1) return { address, prefix: bits };
  const digits = text.slice(slash + 1);
  if (!PREFIX.test(digits)) return null;
  // A mapped block was written with the prefix of an IPv6 one.
  const prefix = Number(digits) - (bits === 32 && text.includes(':') ? 96 : 0);
  return prefix < 0 || prefix > bits ? null : { address, prefix };
};

const mask = (word: number, bits: number): number =>
  bits <= 0 ? 0 : bits >= 32 ? word : (word & (-1 << (32 - bits))) >>> 0;

/** Addresses of one block have the same text; the family is part of it, so `::/0` holds no IPv4. */
const network = (address: Address, prefix: number): string =>
  `${address.length}/${address.map((word, index) => mask(word, prefix - 32 * index)).join(':')}`;

/** Whether an address lies in one of the blocks: one look-up for each length of prefix, however many blocks there are. */
export const insideAny = (blocks: readonly Block[]): ((address: Address) => boolean) => {
  const byPrefix = new Map<number, Set<string>>();
  for (const { address, prefix } of blocks) {
    const networks = byPrefix.get(prefix) ?? new Set<string>();
    byPrefix.set(prefix, networks.add(network(address, prefix)));
  }
  const lengths = [...byPrefix];
  return (address) =>
    lengths.some(
      ([prefix, networks]) => prefix <= address.length * 32 && networks.has(network(address, prefix)),
    );
};
