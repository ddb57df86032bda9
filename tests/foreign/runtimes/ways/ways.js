#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Ends in the way that its first argument names.
const child = require('child_process');
const cluster = require('cluster');
const fs = require('fs');
const worker = require('worker_threads');

const [way, number] = process.argv.slice(2);
const own = process.execPath;

function state() {
  for (const name of Object.keys(process.env).sort()) {
    if (name !== 'LD_PRELOAD') console.log(name, process.env[name]);
  }
  console.log(fs.readdirSync('/proc/self/fd').sort().join(' '));
  const children = `/proc/self/task/${process.pid}/children`;
  console.log('children', fs.readFileSync(children, 'utf8'));
  const status = fs.readFileSync('/proc/self/status', 'utf8');
  console.log(status.split('\n').filter((line) => /^Sig[BIC]/.test(line)));
}

const ways = {
  state,
  exit: () => process.exit(Number(number)),
  code: () => {
    process.exitCode = 3;
    process.on('beforeExit', () => console.log('before'));
    process.on('exit', (code) => console.log('exit', code));
  },
  throw: () => { throw new Error('last words'); },
  reject: () => Promise.reject(new Error('rejected')),
  worker: () => {
    const code = 'setInterval(() => {}, 1000);' +
      'require("worker_threads").parentPort.postMessage(1)';
    const one = new worker.Worker(code, { eval: true });
    one.on('message', () => process.exit(6));
  },
  'worker-exit': () => {
    const one = new worker.Worker('process.exit(9)', { eval: true });
    one.on('exit', (code) => { console.log(code); process.exitCode = 4; });
  },
  spawn: () => {
    console.log(child.spawnSync(own, ['-e', 'process.exit(5)']).status);
    console.log(child.spawnSync('no-such-program').error.code);
    console.log(child.execSync('echo out', { encoding: 'utf8' }));
    child.spawn(own, ['-e', '', 'x'], { detached: false })
      .on('exit', (code) => { console.log(code); process.exitCode = 2; });
  },
  fork: () => {
    const other = child.fork(__filename, ['forked']);
    other.on('message', (text) => other.send(text + 1));
    other.on('exit', (code) => process.exit(code));
  },
  forked: () => {
    process.send(1);
    process.on('message', (text) => process.exit(text + 1));
  },
  cluster: () => {
    if (cluster.isPrimary) {
      cluster.fork().on('exit', (code) => process.exit(code + 1));
    } else {
      process.exit(7);
    }
  },
  title: () => {
    process.title = 'x'.repeat(200);
    console.log(child.spawnSync(own, ['-e', '']).status);
    process.exit(9);
  },
  detached: () => {
    child.spawn(own, [__filename, 'exit', '3'], { detached: true })
      .on('exit', (code) => { console.log(code); process.exitCode = 5; });
  },
  terminate: () => { process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000); },
  handler: () => {
    process.on('SIGTERM', () => process.exit(10));
    process.kill(process.pid, 'SIGTERM');
    setInterval(() => {}, 1000);
  },
  kill: () => process.kill(process.pid, 'SIGKILL'),
};
ways[way]();
