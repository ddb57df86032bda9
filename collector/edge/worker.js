// SPDX-License-Identifier: MIT
// The collector as a Cloudflare Worker: it answers as tel-collect serve does,
// and keeps the same totals in one Durable Object. The sender's address is in
// a header, which is never read; nothing is logged.
//
// GET, POST   at any path: events
// GET         .../healthz: 200
// GET         .../totals, .../refusals: what was counted, as NDJSON, to whom
//             has the token (?tool= &first= &last= as YYYY-MM-DD &days=1
//             &versions=1). They are not there where none is set.
//
// TOTALS               the Durable Object's namespace
// TEL_TOKEN            the token that reads, a secret
// TEL_RETENTION_DAYS   how many days totals are kept; without it, for good
import { sumsOf } from './cells.js';
import { answer, readRequest } from './request.js';

export { Totals } from './totals.js';

const dayForm = /^\d{4}-\d{2}-\d{2}$/;

function totalsOf(env) {
    return env.TOTALS.get(env.TOTALS.idFromName('totals'));
}

async function digest(text) {
    return new Uint8Array(await crypto.subtle.digest('SHA-256',
        new TextEncoder().encode(text)));
}

// Takes as long wherever the two differ.
async function same(one, other) {
    const [a, b] = await Promise.all([digest(one), digest(other)]);

    return a.reduce((differ, byte, at) => differ | (byte ^ b[at]), 0) === 0;
}

async function read(request, env, what, query) {
    const first = query.get('first') ?? '';
    const last = query.get('last') ?? '~';
    const given = request.headers.get('authorization') ?? '';

    if (!env.TEL_TOKEN)
        return new Response('not found\n', { status: 404 });
    if (!await same(given, `Bearer ${env.TEL_TOKEN}`))
        return new Response('not the token\n', { status: 401,
            headers: { 'WWW-Authenticate': 'Bearer' } });
    if (request.method !== 'GET')
        return new Response(null, { status: 405, headers: { Allow: 'GET' } });
    if ((first !== '' && !dayForm.test(first)) ||
        (last !== '~' && !dayForm.test(last)))
        return new Response('a day is YYYY-MM-DD\n', { status: 400 });
    const lines = await totalsOf(env).read(what, { tool: query.get('tool'),
        first, last, days: query.has('days'), versions: query.has('versions') });
    return new Response(lines, { headers: {
        'Content-Type': 'application/x-ndjson', 'Cache-Control': 'no-store' } });
}

async function count(request, env) {
    const taken = await readRequest(request);

    if (taken.status === 405)
        return answer(405, null);
    const seen = await totalsOf(env).count(taken.key,
        sumsOf(taken.accepted), [...taken.refused]);
    return seen ? answer(204, null) : answer(taken.status, taken.reason);
}

export default {
    async fetch(request, env) {
        const { pathname, searchParams } = new URL(request.url);
        const what = pathname.slice(pathname.lastIndexOf('/') + 1);

        try {
            if (what === 'healthz' && request.method === 'GET')
                return new Response('ok\n');
            if (what === 'totals' || what === 'refusals')
                return await read(request, env, what, searchParams);
            return await count(request, env);
        } catch {
            // The object is away, or its disk is: senders keep their events.
            return answer(503, null);
        }
    },
};
