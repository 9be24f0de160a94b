/** Who looks after a flag, and what may become of it. */
export const keepingStrings = {
  owner: 'Owner',
  ownerHint: 'The person or team that decides about it. Optional.',
  owned: (owner: string) => `Owner: ${owner}`,
  permanent: 'Permanent',
  permanentHint: 'It stays: it is never called stale, and nobody is asked to clean it up.',
  protected: 'Protected',
  protectedHint: 'Agents may turn it off, and change nothing else of it.',
} as const;
