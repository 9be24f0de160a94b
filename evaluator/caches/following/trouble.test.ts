import { expect, test } from 'vitest';
import { Trouble } from './trouble.ts';

const world = (quietMs?: number) => {
  const lines: string[] = [];
  const write =
    (level: string) =>
    (fields: object, message: string): void => {
      lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
    };
  const clock = { ms: 1_000 };
  const trouble = new Trouble({
    log: { info: write('info'), warn: write('warn'), error: write('error') },
    cache: 'redis',
    begins: 'It is refused.',
    lasts: 'It is still refused.',
    ends: 'It is taken again.',
    now: () => clock.ms,
    ...(quietMs === undefined ? {} : { quietMs }),
  });
  return { lines, clock, trouble };
};

test('an outage is a warning, then an error when it lasts, and its end is said once', () => {
  const { lines, clock, trouble } = world();
  for (let second = 0; second < 400; second += 1) {
    trouble.met('OOM command not allowed');
    trouble.look();
    clock.ms += 1_000;
  }
  trouble.over();
  trouble.over();
  trouble.look();
  expect(lines).toEqual([
    'warn It is refused. {"cache":"redis","error":"OOM command not allowed"}',
    'error It is still refused. {"cache":"redis","error":"OOM command not allowed","forSeconds":30}',
    'error It is still refused. {"cache":"redis","error":"OOM command not allowed","forSeconds":330}',
    'info It is taken again. {"cache":"redis","forSeconds":400}',
  ]);
});

test('another reason is told of at once, and reasons that take turns are no flood', () => {
  const { lines, trouble } = world();
  for (let n = 0; n < 50; n += 1) {
    trouble.met('LOADING Redis is loading the dataset in memory');
    trouble.met('READONLY You cannot write against a read only replica.');
  }
  expect(lines.map((line) => line.split('"error":"')[1]?.split(' ')[0])).toEqual(['LOADING', 'READONLY']);
});

test('where only some commands are refused, it is over when none was for a while', () => {
  const { lines, clock, trouble } = world(15_000);
  trouble.met('OOM no');
  clock.ms += 14_000;
  trouble.look();
  trouble.met('OOM no');
  clock.ms += 14_999;
  trouble.look();
  expect(lines).toHaveLength(1);
  clock.ms += 1;
  trouble.look();
  trouble.look();
  expect(lines).toEqual([
    expect.stringContaining('warn'),
    expect.stringContaining('info It is taken again.'),
  ]);
});
