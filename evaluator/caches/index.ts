export * from './account-space.ts';
export * from './following/history.ts';
export * from './port.ts';
export { DEFAULT_PREFIX, isPrefix, PREFIX_FORM, prefixFrom, prefixMistake } from './prefix.ts';
export { type FiledReport, filedReportIn, reportId } from './reports.ts';
