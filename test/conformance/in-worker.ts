import { answersOf } from './answers.ts';

export default {
  fetch: async (request: Request): Promise<Response> => Response.json(answersOf(await request.json())),
};
