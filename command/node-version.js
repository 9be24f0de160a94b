// Plain JavaScript without anything new, and imported before everything else: a Node that is too old for the rest must get as far as
// to say so.
const NEEDED = 26;
const found = Number(process.versions.node.split('.')[0]);
if (found < NEEDED) {
  console.error(
    `Halyard needs Node ${NEEDED} or later; this is Node ${process.versions.node} at ${process.execPath}. See https://nodejs.org/en/download.`,
  );
  process.exit(2);
}
