import { parse, YAMLParseError } from 'yaml';
import { Problem } from '../../model/problem.ts';
import { checkType, isJson, MEBIBYTE, parseText, readText } from './body.ts';

const JSON_LIMIT = 64 * MEBIBYTE;
/** It takes far longer to read, byte for byte. */
const YAML_LIMIT = 4 * MEBIBYTE;
const YAML_BODY = /^(?:application|text)\/(?:x-)?yaml\s*(?:;|$)/i;

export interface VendorDocument {
  readonly document: unknown;
  /** As it was sent. */
  readonly text: string;
}

/** Another vendor's file, as JSON, or as YAML where the vendor has it. Problems: `media_type`, `too_large`, `malformed`, `invalid`. */
export const readVendorDocument = async (request: Request, mayBeYaml: boolean): Promise<VendorDocument> => {
  if (mayBeYaml && !isJson(request)) {
    checkType(request, YAML_BODY, 'application/json or application/yaml');
    const text = await readText(request, YAML_LIMIT);
    return { document: yamlOf(text), text };
  }
  if (!isJson(request)) checkType(request, /$./, 'application/json');
  const text = await readText(request, JSON_LIMIT);
  return { document: parseText(text, (json) => json), text };
};

const yamlOf = (text: string): unknown => {
  try {
    return parse(text, { schema: 'core', maxAliasCount: 100 });
  } catch (error) {
    if (error instanceof YAMLParseError || error instanceof ReferenceError) {
      throw new Problem('malformed', { message: `The body is not YAML: ${error.message.split('\n')[0]}` });
    }
    throw error;
  }
};
