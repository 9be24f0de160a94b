export const connectStrings = {
  title: 'Connect',
  lead: 'Any OpenFeature SDK with an OFREP provider evaluates the flags of this app, in whatever language. Copy one, put a token in its environment, and ask.',
  tokenTitle: 'A token',
  tokenHelp:
    'A service needs an Evaluate token, a page one with its origin, in-process evaluation a Configuration token.',
  tokenCreate: 'Create a token',
  tokenAsk: 'Ask an admin for one.',
  code: 'Your code',
  install: 'Install',
  tabs: {
    http: 'HTTP',
    node: 'Node',
    web: 'Browser',
    go: 'Go',
    inProcess: 'Node, in process',
  },
  notes: {
    http: 'OFREP 0.3, as every provider speaks it.',
    node: 'Asks an edge for each evaluation.',
    web: 'Asks once, and again whenever something changed.',
    go: 'Asks an edge for each evaluation.',
    inProcess: 'Loads the rules once and follows their changes: an evaluation asks nobody.',
  },
} as const;
