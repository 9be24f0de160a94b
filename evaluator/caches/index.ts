export * from './account-space.ts';
export * from './port.ts';
