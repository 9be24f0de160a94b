import { refuse } from '../draft.ts';
import type { Place } from '../place.ts';
import type { TranslateOptions } from '../translation.ts';

/** What Halyard's contexts call the attributes of LaunchDarkly's. */
export class Attributes {
  /** The attribute of a user that becomes `targetingKey`. */
  readonly #identifying: string;

  constructor({ targetingKey = 'key' }: TranslateOptions) {
    this.#identifying = targetingKey;
  }

  keyOf(kind: string): string {
    return this.#named(kind, ['key']);
  }

  /** A reference: a path with slashes where a kind is given (LaunchDarkly's attribute references), else a plain name. */
  of(reference: Place, kind: Place): string {
    const text = reference.text('the name of an attribute');
    const parts =
      kind.missing || !text.startsWith('/')
        ? [text]
        : text
            .slice(1)
            .split('/')
            .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (parts.some((part) => part === '')) {
      return refuse(reference.path, `${JSON.stringify(text)} does not name an attribute`);
    }
    if (parts.length === 1 && parts[0] === 'kind') {
      return refuse(reference.path, 'asks for the kinds of a context; Halyard contexts have none');
    }
    return this.#named(kindOf(kind), parts);
  }

  #named(kind: string, parts: readonly string[]): string {
    if (kind !== 'user') return [kind, ...parts].join('.');
    return parts.length === 1 && parts[0] === this.#identifying ? 'targetingKey' : parts.join('.');
  }
}

export const kindOf = (kind: Place): string => kind.textOr('user') || 'user';
