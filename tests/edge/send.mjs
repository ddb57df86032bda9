// SPDX-License-Identifier: MIT
// Sends the requests of a file over 16 connections that are kept.
//
//     node send.mjs PORT FILE
//
// A line of the file is GET or POST, a key or -, and the query or body in
// hexadecimal. For each answer there is one line: the request's number, from
// 0, and its status, or 0 where no answer came.
import { Agent, request } from 'node:http';
import { readFileSync } from 'node:fs';

const [port, file] = process.argv.slice(2);
const lines = readFileSync(file, 'latin1').split('\n').slice(0, -1);
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
let next = 0;

function send(line) {
    const [method, key, digits] = line.split(' ');
    const payload = Buffer.from(digits, 'hex');
    const headers = key === '-' ? {} : { 'Idempotency-Key': key };
    const path = method === 'GET' ? `/t?${payload.toString('latin1')}` : '/t';

    return new Promise((done) => {
        const outgoing = request({ agent, port, host: '127.0.0.1', method,
            path, headers }, (incoming) => {
            incoming.resume();
            incoming.on('end', () => done(incoming.statusCode));
            incoming.on('error', () => done(0));
        });

        outgoing.on('error', () => done(0));
        outgoing.end(method === 'POST' ? payload : undefined);
    });
}

async function work() {
    while (next < lines.length) {
        const at = next++;

        process.stdout.write(`${at} ${await send(lines[at])}\n`);
    }
}

await Promise.all(Array.from({ length: 16 }, work));
agent.destroy();
