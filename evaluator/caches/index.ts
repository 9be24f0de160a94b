export * from './account-space.ts';
export * from './history.ts';
export * from './port.ts';
