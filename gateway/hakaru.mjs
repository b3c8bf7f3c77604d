#!/usr/bin/env node
// The installed command. Plain JavaScript, so that a Node.js too old for the program can still say so.
const found = process.versions.node;
if (Number(found.split('.')[0]) >= 24) {
  await import('./main.ts');
} else {
  process.stderr.write(
    `node-too-old: hakaru needs Node.js 24 or newer; this is ${found}. Start it with \`npm start\`, which brings its own.\n`,
  );
  process.exitCode = 1;
}
