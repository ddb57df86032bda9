// SPDX-License-Identifier: MIT
// A collector over HTTP/2 that misbehaves, or not, as the first argument says:
//
//   good    answers each with 204
//   mixed   refuses some (422), wants some later (503, 429), is slow with some
//   goaway  says goodbye after 20 requests of a connection
//   reset   resets each fifth stream, in one of three ways, when it comes first
//   cut     drops its first three connections, at their 10th request
//   limit   lets 4 requests be under way at a time
//   mute    answers 10 requests of a connection, and none after that
//   gather  answers the first, and then none until 32 are under way, or all
//   hold    answers the first, and the others once there is a file "release"
//
// Writes to node.log below the second argument, where its certificate is too:
// for each request that it counts one line, "STATUS NUMBER KEY HEADERS"; and to
// node.settings one for each connection.
'use strict';

const fs = require('fs');
const http2 = require('http2');

const mode = process.argv[2];
const root = process.argv[3];
const c = http2.constants;
const seen = new Map();
let sessions = 0;

const server = http2.createSecureServer({
    key: fs.readFileSync(root + '/home/key.pem'),
    cert: fs.readFileSync(root + '/home/cert.pem'),
    allowHTTP1: true,
    settings: mode === 'limit' ? { maxConcurrentStreams: 4 } : {},
});

function note(status, number, key, raw) {
    const lines = [];
    for (let i = 0; i < raw.length; i += 2)
        lines.push(raw[i] + '=' + raw[i + 1]);
    fs.appendFileSync(root + '/node.log',
        [status, number, key, lines.join(' ')].join(' ') + '\n');
}

function answer(stream, status, number, key, raw) {
    if (stream.destroyed || stream.closed)
        return;
    // As a collector does: counted, and then answered.
    note(status, number, key, raw);
    stream.respond({ ':status': status }, { endStream: true });
}

const held = [];

function release() {
    for (const one of held.splice(0))
        answer(...one);
}

function hold(...one) {
    held.push(one);
    if (mode === 'gather' && (held.length >= 32 || seen.size === 100))
        release();
    if (mode === 'hold')
        fs.writeFileSync(root + '/held', String(held.length));
}

if (mode === 'hold') {
    setInterval(() => {
        if (fs.existsSync(root + '/release'))
            release();
    }, 5);
}

function statusOf(number, first) {
    if (mode !== 'mixed')
        return 204;
    if (number % 10 === 3)
        return 422;
    if (first && number % 20 === 7)
        return number % 40 === 7 ? 503 : 429;
    return 204;
}

const ways = [c.NGHTTP2_REFUSED_STREAM, c.NGHTTP2_INTERNAL_ERROR,
    c.NGHTTP2_ENHANCE_YOUR_CALM];

server.on('session', (session) => {
    session.place = ++sessions;
    session.requests = 0;
    session.on('error', () => {});
    session.on('remoteSettings', (settings) => fs.appendFileSync(
        root + '/node.settings', JSON.stringify(settings) + '\n'));
});

server.on('stream', (stream, headers, flags, raw) => {
    const session = stream.session;
    const number = Number(/[?&]ms=(\d+)/.exec(headers[':path'])[1]);
    const first = !seen.has(number);
    stream.on('error', () => {});
    seen.set(number, true);
    session.requests++;
    if (mode === 'mute' && session.requests > 10)
        return;
    if (mode === 'cut' && session.place <= 3 && session.requests === 10) {
        session.destroy();
        return;
    }
    if (mode === 'reset' && first && number % 5 === 2) {
        stream.close(ways[Math.floor(number / 5) % ways.length]);
        return;
    }
    if (mode === 'goaway' && session.requests === 20)
        session.goaway(c.NGHTTP2_NO_ERROR, stream.id);
    const status = statusOf(number, first);
    const key = headers['idempotency-key'];
    const wait = mode === 'mixed' && number % 10 === 5 ? 100 : 0;
    if ((mode === 'gather' || mode === 'hold') && seen.size > 1)
        hold(stream, status, number, key, raw);
    else
        setTimeout(() => answer(stream, status, number, key, raw), wait);
});

// The few that are left in the end come so, and are answered at once.
server.on('request', (request, response) => {
    if (request.httpVersion !== '1.1')
        return;
    const number = Number(/[?&]ms=(\d+)/.exec(request.url)[1]);
    const first = !seen.has(number);
    seen.set(number, true);
    response.statusCode = statusOf(number, first);
    response.end();
    note(response.statusCode, number, request.headers['idempotency-key'],
        request.rawHeaders);
});

server.listen(root + '/node.socket');
