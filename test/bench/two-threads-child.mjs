/**
 * What any gateway of this shape weighs before its first line: Node.js with two threads, the modules that network,
 * TLS and files need, and an open SQLite database; with `packages` also the packages that we begin with, idle. Plain
 * JavaScript: stripping types would cost memory of its own.
 */
import { createRequire } from 'node:module';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

const require = createRequire(import.meta.url);
const load = (...names) => names.forEach((name) => void require(name));
load('node:http', 'node:net', 'node:tls', 'node:crypto', 'node:fs', 'node:stream');

const TICK_MS = 10;

if (isMainThread) {
  const isLoaded = process.argv.includes('packages');
  if (isLoaded) load('modbus-serial', 'serialport');
  const worker = new Worker(new URL(import.meta.url), { execArgv: [], workerData: isLoaded });
  worker.once('exit', () => process.exit());
} else {
  if (workerData) load('mqtt', 'zod', 'node-cron', 'fastify', 'yaml', 'pino');
  const Database = require('better-sqlite3');
  const db = new Database(':memory:');
  db.exec('CREATE TABLE tick (at INTEGER)');
  require('node:http').createServer().listen(0, '127.0.0.1');
  setInterval(() => db.prepare('INSERT INTO tick VALUES (?)').run(Date.now()), TICK_MS);
}
