import { type Path, pointerOf, shown } from '../flags/body/issues.ts';
import { isList, isObject, own } from '../flags/body/json.ts';
import { Problem } from '../model/problem.ts';

/** A value of unknown shape and where the vendor's document has it. What has the wrong shape is refused with its pointer. */
export class Place {
  readonly value: unknown;
  readonly #steps: Path;

  constructor(value: unknown, steps: Path = []) {
    this.value = value;
    this.#steps = steps;
  }

  get path(): string {
    return pointerOf(this.#steps);
  }

  /** Not there, or null. */
  get missing(): boolean {
    return this.value === undefined || this.value === null;
  }

  get(name: string): Place {
    return new Place(own(this.value, name), [...this.#steps, name]);
  }

  /** Another value in the same place: what became of the one that is there. */
  with(value: unknown): Place {
    return new Place(value, this.#steps);
  }

  /** @throws Problem `invalid` */
  expected(what: string): never {
    const name = this.#steps.length === 0 ? 'The document' : this.path;
    throw new Problem('invalid', {
      pointer: this.path,
      message: `${name} is ${shown(this.value)}; expected ${what}`,
    });
  }

  /** The members of an object; none where it is missing. */
  entries(what = 'an object'): readonly (readonly [name: string, member: Place])[] {
    if (this.missing) return [];
    if (!isObject(this.value)) return this.expected(what);
    return Object.entries(this.value).map(([name, member]) => [
      name,
      new Place(member, [...this.#steps, name]),
    ]);
  }

  /** The members of a list; none where it is missing. */
  items(what = 'a list'): readonly Place[] {
    if (this.missing) return [];
    if (!isList(this.value)) return this.expected(what);
    return this.value.map((member, index) => new Place(member, [...this.#steps, index]));
  }

  text(what = 'a string'): string {
    return typeof this.value === 'string' ? this.value : this.expected(what);
  }

  textOr<Otherwise>(otherwise: Otherwise): string | Otherwise {
    return this.missing ? otherwise : this.text();
  }

  texts(): readonly string[] {
    return this.items('a list of strings').map((item) => item.text());
  }

  number(what = 'a number'): number {
    return typeof this.value === 'number' && Number.isFinite(this.value) ? this.value : this.expected(what);
  }

  numberOr<Otherwise>(otherwise: Otherwise): number | Otherwise {
    return this.missing ? otherwise : this.number();
  }

  flagOr(otherwise: boolean): boolean {
    if (this.missing) return otherwise;
    return typeof this.value === 'boolean' ? this.value : this.expected('true or false');
  }
}
