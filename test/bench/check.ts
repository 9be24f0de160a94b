import type { Subject } from './subject.ts';
import { contexts, rightAnswer, single } from './workloads.ts';

/** Throws unless a subject answers every workload right for every context; a rollout must hold about a quarter. */
export const checkAnswers = async (subject: Subject): Promise<void> => {
  for (const { key, workload } of single) {
    const decide = subject.decide(key);
    let on = 0;
    for (const context of contexts) {
      const answer = await decide(subject.prepare(context) as never);
      if (answer === null) return;
      const right = rightAnswer[workload](context);
      if (right !== null && answer !== right) {
        throw new Error(
          `${subject.name} answers ${answer} to ${workload} for ${JSON.stringify(context)}; expected ${right}`,
        );
      }
      if (answer === true) on += 1;
    }
    // Six standard deviations of a binomial of 1,000 at 25 %.
    if (workload === 'F3' && Math.abs(on - 250) > 82) {
      throw new Error(`${subject.name} rolls F3 out to ${on} of 1,000; expected about 250`);
    }
  }
};
