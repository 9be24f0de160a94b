const EDGE_PATH = /^\w+:\/\/[^/?#]+\/(?:(?:ofrep|apps)\/|(?:config|stream|report)(?:[?#]|$))/;

/**
 * Whether edges answer the URL: OFREP, the configuration of an app and its streams, below an app or, where the token says which, not. Asked
 * where a writer and an edge share an origin; the paths that both answer (`/healthz` and the like) are the writer's there.
 */
export const isEdgePath = (url: string): boolean => EDGE_PATH.test(url);
