import { answersOf } from './answers.ts';

Object.assign(globalThis, { answersOf });
