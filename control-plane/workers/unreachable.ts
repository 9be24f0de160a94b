import { Problem } from '../model/problem.ts';

/** What another object was asked; one that does not answer is a `Problem` of kind `unavailable`. `whom`: as a sentence begins with it. */
export const orUnavailable = async <T>(whom: string, asking: Promise<T>): Promise<T> => {
  try {
    return await asking;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Problem('unavailable', { message: `${whom} cannot be asked now (${reason}); try again.` }, 1);
  }
};
