/**
 * What any gateway of this shape weighs before its first line: Node.js with two threads, the modules that network,
 * TLS and files need, and an open SQLite database. Plain JavaScript: stripping types would cost memory of its own.
 */
import { createRequire } from 'node:module';
import { isMainThread, Worker } from 'node:worker_threads';

const require = createRequire(import.meta.url);
for (const name of ['node:http', 'node:net', 'node:tls', 'node:crypto', 'node:fs', 'node:stream'])
  require(name);

const TICK_MS = 10;

if (isMainThread) {
  new Worker(new URL(import.meta.url), { execArgv: [] });
} else {
  const Database = require('better-sqlite3');
  const db = new Database(':memory:');
  db.exec('CREATE TABLE tick (at INTEGER)');
  require('node:http').createServer().listen(0, '127.0.0.1');
  setInterval(() => db.prepare('INSERT INTO tick VALUES (?)').run(Date.now()), TICK_MS);
}
