import type { Context, Scalar } from './model.ts';

/** What a comparison is shown: a scalar, null, undefined (missing), or an array or another object. */
export type Seen = Scalar | null | undefined | object;

/** An attribute's name, taken apart once. */
export interface Attribute {
  readonly name: string;
  /** Null where the name has no dot. */
  readonly parts: readonly string[] | null;
  /** Every object has something of that name, as `constructor`: one more look tells whether it is the context's own. */
  readonly inherited: boolean;
}

/**
 * Property look-ups are fastest with the engine's own copy of a name; the copy JSON.parse makes of a value is another one, and
 * V8 would look it up in its table each time.
 */
const internalized = (name: string): string => Object.keys({ [name]: 0 })[0] ?? name;

const ORDINARY: object = Object.prototype;

export const attributeNamed = (name: string): Attribute => ({
  name: internalized(name),
  parts: name.includes('.') ? name.split('.').map(internalized) : null,
  inherited: name in ORDINARY,
});

declare const own: unique symbol;
/** A context that inherits nothing but what every object does, so that reading a property is enough. */
export type OwnContext = Context & { readonly [own]: true };

/**
 * The context itself where it inherits nothing of its own kind, else a copy of what it owns; of anything that is no object, nothing.
 * Asking once here, by a property whose look-up V8 caches, is several times cheaper than asking whether each property is the context's own.
 */
export const ownContext = (context: unknown): OwnContext =>
  // The type says what the branches make sure of.
  (isObject(context) ? (seemsOrdinary(context) ? context : copyOfOwn(context)) : {}) as OwnContext;

const isObject = (value: unknown): value is Context => typeof value === 'object' && value !== null;

const seemsOrdinary = (context: Context): boolean =>
  // biome-ignore lint/suspicious/noProto: its look-up is cached, a call of Object.getPrototypeOf is not; where there is none (Deno), copyOfOwn asks that
  context['__proto__'] === ORDINARY;

const copyOfOwn = (context: Context): object => {
  const prototype: unknown = Object.getPrototypeOf(context);
  if (prototype === null || prototype === ORDINARY) return context;
  const copy: object = Object.create(null);
  for (const key of Object.getOwnPropertyNames(context)) {
    // A getter is asked only when its attribute is.
    Object.defineProperty(copy, key, { get: () => context[key] });
  }
  return copy;
};

/** The value an attribute names in a context; see "Attributes" in the semantics. */
export const look = (context: OwnContext, attribute: Attribute): Seen => {
  const value = context[attribute.name];
  return typeof value === 'string' && !attribute.inherited ? value : lookClosely(context, attribute, value);
};

/** `look`, of which the first step was done: `value` is what the context answers for the name. */
export const lookClosely = (context: OwnContext, attribute: Attribute, value: unknown): Seen => {
  if (value !== undefined && (!attribute.inherited || Object.hasOwn(context, attribute.name))) {
    return settle(value);
  }
  return attribute.parts === null ? undefined : settle(walk(context, attribute.parts));
};

const walk = (context: Context, parts: readonly string[]): unknown => {
  let value: unknown = context;
  for (const part of parts) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    // An object or array was just seen to have this property.
    value = (value as { readonly [part: string]: unknown })[part];
  }
  return value;
};

/** Counts non-finite numbers, invalid Dates, functions and symbols as missing, a Date as its ISO 8601 text, a BigInt as its decimals. */
export const settle = (value: unknown): Seen => {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : undefined;
    case 'object':
      return value instanceof Date ? isoText(value) : value;
    case 'bigint':
      return value.toString();
    default:
      return undefined;
  }
};

const isoText = (value: Date): string | Date | undefined => {
  let time: number;
  try {
    // Not value.getTime(): whoever made the object may have changed that.
    time = Date.prototype.getTime.call(value);
  } catch {
    return value;
  }
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
};

export const isScalar = (seen: Seen): seen is Scalar =>
  typeof seen === 'string' || typeof seen === 'number' || typeof seen === 'boolean';

/** The text of a scalar, by which it is compared. */
export const textOf = (scalar: Scalar): string => (typeof scalar === 'string' ? scalar : String(scalar));

/**
 * Each code point lowercased by itself. Lowercasing a whole text differs from that in one letter alone, the capital sigma at the end
 * of a word (the one condition in Unicode's SpecialCasing.txt that is not bound to a language).
 */
export const fold = (text: string): string => (text.length < LONG ? folded(text) : foldLong(text));

const folded = (text: string): string =>
  (text.includes('Σ') ? text.replaceAll('Σ', 'σ') : text).toLowerCase();

/** UTF-16 units from which folding costs more than finding out whether it was just done. */
const LONG = 256;

/**
 * The last few long texts and what became of them: a flag, or a whole app, asks the same text many conditions, and folding it for each
 * let one request hold up an edge for seconds.
 */
const recent: { readonly text: string; readonly folded: string }[] = [];
const RECENT = 4;

const foldLong = (text: string): string => {
  const known = recent.find((one) => one.text === text);
  if (known !== undefined) return known.folded;
  const one = { text, folded: folded(text) };
  recent.unshift(one);
  recent.length = Math.min(recent.length, RECENT);
  return one.folded;
};
