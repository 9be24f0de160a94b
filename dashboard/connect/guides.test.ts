import { describe, expect, it } from 'vitest';
import { codeOf, GUIDES } from './guides.ts';

const place = { edge: 'https://flags.example', app: 'shop1', flag: 'new-checkout' };

describe.each(GUIDES)('the guide for %s', (guide) => {
  const { code } = codeOf(guide, place);

  it('has the address, the app and a flag in place', () => {
    expect(code).toContain('https://flags.example');
    expect(code).toContain('shop1');
    expect(code).toContain('new-checkout');
    expect(code).not.toMatch(/APP_ID|undefined/);
  });

  it('imports nothing that is not there', async () => {
    for (const [, name = '', from = ''] of code.matchAll(/import \{ (\w+) \} from '([^']+)'/g)) {
      expect(await import(from), `${name} from ${from}`).toHaveProperty(name);
    }
  });
});
