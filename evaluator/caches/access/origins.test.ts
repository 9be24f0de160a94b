import { describe, expect, test } from 'vitest';
import { allowedOrigin, namesOrigin } from './origins.ts';

describe('an allowed origin', () => {
  test.each([
    ['https://shop.example', 'https://shop.example'],
    ['https://shop.example:443', 'https://shop.example'],
    ['http://shop.example:80', 'http://shop.example'],
    ['https://shop.example:8443', 'https://shop.example:8443'],
    ['HTTPS://Shop.Example', 'https://shop.example'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['http://localhost:5173', 'http://localhost:5173'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
    ['capacitor://localhost', 'capacitor://localhost'],
    ['Ionic://LOCALHOST', 'ionic://localhost'],
    ['tauri://localhost', 'tauri://localhost'],
    [
      'chrome-extension://ABCDEFGHIJKLMNOPABCDEFGHIJKLMNOP',
      'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
    ],
    [
      'moz-extension://6ba7b810-9dad-11d1-80b4-00c04fd430c8',
      'moz-extension://6ba7b810-9dad-11d1-80b4-00c04fd430c8',
    ],
    ['https://*.example.com', 'https://*.example.com'],
    ['https://*.Example.com:443', 'https://*.example.com'],
    ['http://*.localhost:3000', 'http://*.localhost:3000'],
  ])('%s is kept as %s', (written, kept) => {
    expect(allowedOrigin(written)).toBe(kept);
    expect(allowedOrigin(kept)).toBe(kept);
  });

  test.each([
    '*',
    'null',
    'https://*',
    'https://*.com',
    'https://*.*.example.com',
    'https://a.*.example.com',
    'https://a*.example.com',
    'https://*.10.0.0.1',
    'capacitor://*.localhost',
    'https://shop.example/cart',
    'https://shop.example/',
    'https://shop.example?x',
    'https://shop.example?',
    'https://shop.example#x',
    'https://ada@shop.example',
    'shop.example',
    'https://',
    'https:shop.example',
    'file:///tmp',
    'ws://shop.example',
    ' https://shop.example',
    '',
  ])('%s is not one', (written) => {
    expect(allowedOrigin(written)).toBe(null);
  });

  test.each([
    ['https://*.example.com', 'https://a.example.com', true],
    ['https://*.example.com', 'https://A.example.com:443', true],
    ['https://*.example.com', 'https://example.com', false],
    ['https://*.example.com', 'https://a.b.example.com', false],
    ['https://*.example.com', 'http://a.example.com', false],
    ['https://*.example.com', 'https://a.example.com:8443', false],
    ['https://*.example.com', 'https://aexample.com', false],
    ['https://*.example.com', 'https://a.example.com.evil.test', false],
    ['https://*.example.com', 'https://*.example.com', false],
    ['https://*.example.com:8443', 'https://a.example.com:8443', true],
    ['https://Shop.Example:443', 'https://shop.example', true],
    ['https://shop.example', 'https://shop.example:443', true],
    ['https://shop.example', 'https://shop.example:444', false],
    ['https://shop.example', 'null', false],
    ['capacitor://localhost', 'capacitor://localhost', true],
    ['capacitor://localhost', 'http://localhost', false],
  ])('%s: of a page of %s: %s', (entry, origin, allowed) => {
    expect(namesOrigin([entry], origin)).toBe(allowed);
  });
});
