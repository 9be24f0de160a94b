/** The flags that a flag needs. */
export const prerequisiteStrings = {
  title: 'Prerequisites',
  lead: 'While one of them is not met, everyone gets what off serves.',
  add: 'Add prerequisite',
  place: (place: number) => `Prerequisite ${place}`,
  serves: 'is on and serves one of',
  remove: (flag: string) => `Remove the prerequisite ${flag}`,
  removed: (flag: string) => `The prerequisite ${flag} is removed`,
  onceOn: 'Once it is on: ',
  anything: 'Anything other than what off serves',
  atMost: (share: string) => ` for at most ${share} of everyone`,
  named: ', and for users named in rules',
  together: ', with all prerequisites.',
  nobody: 'Nobody, while a prerequisite is off or serves none of its variations.',
  needs: 'Needs: ',
  if: (prerequisites: number) =>
    prerequisites === 1 ? ', if its prerequisite is met' : ', if its prerequisites are met',
} as const;
