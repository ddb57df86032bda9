// SPDX-License-Identifier: MIT
// A handler of web standards that keeps nothing: what the policies explain
// goes on to a collector, written anew, and nothing else does. Neither the
// sender's address nor any header leaves here but Idempotency-Key, and of an
// event that is refused only why: in its place goes one of our own making that
// the collector refuses for the same reason, so that its count is right.
//
// The collector's answer is the sender's. Where there is none that a sender
// should believe, it is 502 to 504: then the events stay with the sender.
//
// TEL_COLLECTOR_URL   the collector, https://collector.example.org/t
import { form, policies, refusals } from './policies.js';
import { judge, readEvent, writeEvent } from './event.js';
import { answer, readRequest } from './request.js';

// A sender waits 5 s for a whole request, of which a platform that has to start
// this first may take one.
const patienceMs = 3000;

// What a collector says about events. Any other status is about the collector,
// and the sender would take a 404 for an answer and forget its events.
const believed = new Set([204, 400, 413, 422, 429, 503]);

// Events to look for such among: some that nobody knows, and for each policy
// some that go wrong one step further.
function* strangers() {
    const nobody = { tool: '-', event: '-', version: '0', libc: '-', ms: -1,
        end: 'unsaid', code: 0, crash: '', fields: new Map() };
    const uneven = form.ms - 1;

    yield nobody;
    for (const { id, version, events, fields } of policies) {
        const known = { ...nobody, tool: id, version, event: events[0] };

        yield { ...known, version: '0' };
        yield { ...known, version: 'devel' };
        yield { ...known, event: '_' };
        for (const end of ['unsaid', 'error', 'lost']) {
            for (const ms of [-1, 0, uneven]) {
                yield { ...known, end, ms };
                for (const key of Object.keys(fields))
                    yield { ...known, end, ms, fields: new Map([[key, '-']]) };
            }
        }
        for (let code = 0; code < 256; code++)
            yield { ...known, end: 'code', code, ms: uneven };
        yield { ...known, end: 'signal', code: 6,
            crash: '00000000-0-00000000' };
    }
}

// For each reason a line that a collector with these policies refuses so.
const standIns = new Map([['form', '{}']]);
for (const event of strangers()) {
    const line = writeEvent(event);
    const verdict = judge(readEvent('POST', line));

    if (verdict !== 'accepted' && !standIns.has(verdict))
        standIns.set(verdict, line);
    if (standIns.size === refusals.length - 1)
        break;
}

function linesOf({ accepted, refused }) {
    const lines = accepted.map(writeEvent);

    for (const [reason, count] of refused) {
        for (let i = 0; i < count; i++)
            lines.push(standIns.get(reason) ?? standIns.get('form'));
    }
    return lines.map((line) => `${line}\n`).join('');
}

async function forward(url, key, body) {
    const headers = { 'Content-Type': 'application/x-ndjson',
        'User-Agent': 'tel/1' };

    if (key !== null)
        headers['Idempotency-Key'] = key;
    const response = await fetch(url, { method: 'POST', headers, body,
        redirect: 'manual', signal: AbortSignal.timeout(patienceMs) });
    await response.body?.cancel();
    return response.status;
}

export async function relay(request) {
    const taken = await readRequest(request);
    const url = process.env.TEL_COLLECTOR_URL;

    // What is no request at all, or too large a one, ends here.
    if (taken.status === 405 || taken.reason === 'size' ||
        taken.reason === 'key')
        return answer(taken.status, taken.reason);
    if (!url)
        return answer(503, null);
    try {
        const status = await forward(url, taken.key, linesOf(taken));

        if (!believed.has(status))
            return answer(502, null);
        return answer(status, status === taken.status ? taken.reason : null);
    } catch (error) {
        return answer(error.name === 'TimeoutError' ? 504 : 502, null);
    }
}
