/** Whom the account's log names for what is done on the command line. */
export const COMMAND_ACTOR = { name: 'halyard command', token_id: '' } as const;
