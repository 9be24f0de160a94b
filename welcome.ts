/** What a person sees after a start, on standard output. */

export interface FirstStart {
  readonly link: string;
  /** Null when the operator chose it (HALYARD_ADMIN_TOKEN): it is not ours to show. */
  readonly adminToken: string | null;
  readonly example: { readonly app: string; readonly flag: string; readonly token: string } | null;
}

export const welcome = (url: string, version: string, first: FirstStart | null): string => {
  const lines = [`Halyard ${version} is running on ${url}`, ''];
  if (first === null) {
    lines.push(
      `  Dashboard    ${url}/dashboard/`,
      '  Signed out?  halyard link  prints a one-time sign-in link',
      '',
    );
    return lines.join('\n');
  }
  lines.push(`  Dashboard    ${first.link}`, '               (signs you in once, within ten minutes)');
  lines.push(
    first.adminToken === null
      ? '  Admin token  the one in HALYARD_ADMIN_TOKEN'
      : `  Admin token  ${first.adminToken}\n               (shown this once; keep it somewhere safe)`,
  );
  if (first.example !== null) {
    const { flag, token } = first.example;
    lines.push(
      '',
      '  Evaluate a flag of the example app:',
      '',
      `curl -s ${url}/ofrep/v1/evaluate/flags/${flag} -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json' -d '{"context":{"targetingKey":"user-42"}}'`,
    );
  }
  lines.push('');
  return lines.join('\n');
};
