import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ServerSentEvent, ServerSentEventReader } from './server-sent-events.ts';

const read = (...pieces: readonly string[]): ServerSentEvent[] => {
  const events: ServerSentEvent[] = [];
  const reader = new ServerSentEventReader((event) => events.push(event));
  for (const piece of pieces) reader.read(piece);
  return events;
};

const message = (data: string, id = '', type = 'message'): ServerSentEvent => ({ type, data, id });

describe('a stream of server-sent events', () => {
  test.for<[title: string, text: string, events: ServerSentEvent[]]>([
    ['an event', 'data: a\n\n', [message('a')]],
    ['a named event with an id', 'event: change\nid: 7\ndata: {}\n\n', [message('{}', '7', 'change')]],
    [
      'the name only once',
      'event: change\ndata: a\n\ndata: b\n\n',
      [message('a', '', 'change'), message('b')],
    ],
    [
      'the id until another comes',
      'id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n',
      [message('a', '1'), message('b', '1'), message('c')],
    ],
    ['several lines of data', 'data: a\ndata:\ndata: c\n\n', [message('a\n\nc')]],
    ['one space after the colon, and no more', 'data:a\n\ndata:  b\n\n', [message('a'), message(' b')]],
    ['a field without a colon', 'data\n\n', [message('')]],
    ['no event without data', 'event: change\nid: 7\n\n', []],
    [
      'comments and unknown fields passed over',
      ': hello\nretry: 10\nfoo: bar\ndata: a\n:\n\n',
      [message('a')],
    ],
    ['CRLF', 'data: a\r\ndata: b\r\n\r\n', [message('a\nb')]],
    ['CR', 'data: a\rdata: b\r\r', [message('a\nb')]],
    ['mixed line ends', 'data: a\rdata: b\r\ndata: c\n\r\n', [message('a\nb\nc')]],
    ['an id with NUL ignored', 'id: 1\0\ndata: a\n\n', [message('a')]],
    ['an unfinished event dropped', 'data: a\n\ndata: b\n', [message('a')]],
    ['data with colons', 'data: {"a":1}\n\n', [message('{"a":1}')]],
  ])('reads %s', ([, text, events]) => {
    expect(read(text)).toEqual(events);
    expect(read(...text)).toEqual(events);
  });

  test('reads the same events however the text is cut', () => {
    const lines = fc.array(
      fc.tuple(
        fc.constantFrom('data: x', 'data:', 'event: e', 'id: 1', ': c', 'data: déjà 🚩', '', ''),
        fc.constantFrom('\n', '\r', '\r\n'),
      ),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(lines, fc.array(fc.nat(200)), (written, cuts) => {
        const text = written.flat().join('');
        const at = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
        const pieces = [0, ...at].map((start, i) => text.slice(start, at[i]));
        expect(read(...pieces)).toEqual(read(text));
      }),
    );
  });

  test('reads a line of 8 MB that comes in small pieces in linear time', () => {
    const piece = 'x'.repeat(1024);
    const events: ServerSentEvent[] = [];
    const reader = new ServerSentEventReader((event) => events.push(event));
    reader.read('data: ');
    for (let i = 0; i < 8192; i += 1) reader.read(piece);
    reader.read('\n\n');
    expect(events[0]?.data.length).toBe(8 * 1024 * 1024);
  });
});
