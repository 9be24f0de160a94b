/** What a person sees after a start, on standard output. */

export interface FirstWelcome {
  readonly link: string;
  /** Null when the operator chose it (HALYARD_ADMIN_TOKEN): it is not ours to show. */
  readonly adminToken: string | null;
  readonly example: { readonly flag: string; readonly token: string } | null;
}

/**
 * @param url where people reach the server
 * @param edge where flags are evaluated, as this machine reaches it
 */
export const welcome = (url: string, edge: string, version: string, first: FirstWelcome | null): string => {
  // In a clone nothing puts the command on the path.
  const command = import.meta.url.endsWith('.ts') ? 'npm run halyard' : 'halyard';
  const lines = [`Halyard ${version} is running on ${url}`, ''];
  if (first === null) {
    lines.push(
      `  Dashboard    ${url}/dashboard/`,
      `  Signed out?  ${command} link  prints a one-time sign-in link`,
      '',
    );
    return lines.join('\n');
  }
  lines.push(`  Dashboard    ${first.link}`, '               (signs you in once, within ten minutes)');
  if (first.adminToken === null) lines.push('  Admin token  the one in HALYARD_ADMIN_TOKEN');
  else {
    lines.push(
      `  Admin token  ${first.adminToken}`,
      '               (shown this once; keep it somewhere safe)',
    );
  }
  if (first.example !== null) {
    const { flag, token } = first.example;
    lines.push(
      '',
      '  Evaluate a flag of the example app:',
      '',
      `curl -s ${edge}/ofrep/v1/evaluate/flags/${flag} -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json' -d '{"context":{"targetingKey":"user-42"}}'`,
    );
  }
  lines.push('');
  return lines.join('\n');
};
