export * from './account-space.ts';
export * from './following/history.ts';
export * from './port.ts';
export { type FiledReport, filedReportIn, reportId } from './reports.ts';
