// Builds and runs the example host for one database.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const readyWithin = 60_000; // ms; a first start also migrates and writes the demo data

let built;

// build compiles examples/mall once; MALL_HOST_BINARY names a ready one instead.
function build() {
  built ??= (async () => {
    if (process.env.MALL_HOST_BINARY) return process.env.MALL_HOST_BINARY;
    const binary = join(await mkdtemp(join(tmpdir(), 'mall-bin-')), 'mall');
    await promisify(execFile)('go', ['build', '-o', binary, './examples/mall'], { cwd: root });
    return binary;
  })();
  return built;
}

// start runs a host on a free port. db is a PostgreSQL DSN, or undefined for a
// fresh SQLite file; more are further flags. The result has base (URL) and stop().
export async function start(db, ...more) {
  const binary = await build();
  const dir = await mkdtemp(join(tmpdir(), 'mall-sdk-'));
  const args = ['-addr', '127.0.0.1:0', '-db', db ?? join(dir, 'mall.db'), '-files', join(dir, 'files'), ...more];
  const child = spawn(binary, args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk) => { log = (log + chunk).slice(-200_000); });
  const ended = once(child, 'exit');

  const base = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the host is not ready:\n${log}`)), readyWithin);
    ended.then(([code]) => reject(new Error(`the host ended with ${code}:\n${log}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const match = /^listening on (http:\/\/\S+)$/.exec(line);
      if (match) {
        clearTimeout(timer);
        resolve(match[1]);
      }
    });
  }).catch((error) => {
    child.kill('SIGKILL');
    throw error;
  });

  return {
    base,
    log: () => log,
    async stop() {
      child.kill('SIGTERM');
      const [code] = await ended;
      await rm(dir, { recursive: true, force: true });
      return code;
    },
  };
}
