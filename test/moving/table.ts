/** Prints the proof as docs/moving-in.md shows it: `npm run proof:moving`. */
import manifest from '../package.json' with { type: 'json' };
import { FLAGS, PEERS, PEOPLE, SEED } from './peers.ts';
import { type Proof, prove } from './proof.ts';
import { Random } from './random.ts';

const VERSIONS: Readonly<Record<string, string>> = manifest.devDependencies;

const row = ({ sdk, flags, people, exact, differs, refused, compared, disagreements }: Proof): string =>
  `| \`${sdk}\` ${VERSIONS[sdk]} | ${flags} × ${people} | ${exact} | ${differs} | ${refused} | ${compared - disagreements.length} of ${compared} |`;

/** In Markdown, one row per vendor. */
export const table = async (): Promise<string> => {
  const rows: string[] = [];
  for (const make of Object.values(PEERS)) {
    const peer = await make(new Random(SEED), FLAGS, PEOPLE);
    rows.push(row(await prove(peer)));
    await peer.close();
  }
  const head = '| SDK | flags × contexts | exact | differ | refused | same answers |';
  return [head, '| --- | --- | --- | --- | --- | --- |', ...rows].join('\n');
};

if (import.meta.main) console.log(await table());
