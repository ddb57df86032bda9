// SPDX-License-Identifier: MIT
// A request as the wire brings it, taken apart: the one key and the events in
// it, and why any of them does not count. Nothing else of it is looked at: no
// address, and of the headers none but Idempotency-Key and Content-Length.
import { judge, rank, readEvent } from './event.js';
import { limits } from './policies.js';

const keyForm = new RegExp(`^[0-9A-Fa-f]{${limits.idempotency}}$`);

// From the first '?' on, as it was written: what a URL calls its fragment was
// part of the request's target.
function queryOf(url) {
    const at = url.indexOf('?');

    return at < 0 ? '' : url.slice(at + 1);
}

function targetOf(url) {
    return url.slice(url.indexOf('/', url.indexOf('//') + 2));
}

// The body as text of one character a byte; null above the limit.
async function bodyOf(request) {
    const reader = request.body?.getReader();
    const decoder = new TextDecoder('latin1');
    let size = 0;
    let text = '';

    if (reader === undefined)
        return '';
    for (;;) {
        const { done, value } = await reader.read();

        if (done)
            return text;
        size += value.byteLength;
        if (size > limits.body) {
            // Whoever sends so much may be gone already.
            await reader.cancel().catch(() => {});
            return null;
        }
        text += decoder.decode(value);
    }
}

function refuse(status, reason) {
    return { status, reason, accepted: [], refused: new Map([[reason, 1]]) };
}

// A batch's lines: the last newline may be missing.
function linesOf(text) {
    const lines = text.split('\n');

    if (lines.at(-1) === '')
        lines.pop();
    return lines;
}

function judgeAll(method, texts) {
    const taken = { status: 204, reason: null, accepted: [],
        refused: new Map() };

    for (const text of texts) {
        const event = readEvent(method, text);
        const verdict = event === null ? 'form' : judge(event);

        if (verdict === 'accepted') {
            taken.accepted.push(event);
            continue;
        }
        taken.refused.set(verdict, (taken.refused.get(verdict) ?? 0) + 1);
        if (taken.reason === null || rank.get(verdict) > rank.get(taken.reason))
            taken.reason = verdict;
    }
    if (taken.accepted.length === 0)
        taken.status = taken.reason === 'form' ? 400 : 422;
    return taken;
}

// What is refused before it is read, or null.
function unread(request, header, body) {
    if (targetOf(request.url).length > limits.target)
        return refuse(414, 'size');
    if (body === null)
        return refuse(413, 'size');
    if (header !== null && !keyForm.test(header))
        return refuse(400, 'key');
    return null;
}

function takeText(method, text) {
    if (text === '')
        return refuse(400, 'form');
    const lines = method === 'GET' ? [text] : linesOf(text);
    if (lines.length > limits.events)
        return refuse(413, 'size');
    return judgeAll(method, lines);
}

// Resolves to
//     status    what is to be answered, unless key was counted before: then 204
//     reason    the furthest of the refusals, or null
//     key       as digits in lower case, or null: nothing was counted by it
//     accepted  the events that count
//     refused   how many do not, by reason
// A method that carries no events gives 405, with nothing refused.
export async function readRequest(request) {
    const { method, url } = request;
    const header = request.headers.get('idempotency-key');

    if (method !== 'GET' && method !== 'POST')
        return { ...refuse(405, null), refused: new Map(), key: null };
    const body = await bodyOf(request);
    const refusal = unread(request, header, body);
    if (refusal !== null)
        return { ...refusal, key: null };
    return { ...takeText(method, method === 'GET' ? queryOf(url) : body),
        key: header?.toLowerCase() ?? null };
}

export function answer(status, reason) {
    const headers = {};

    if (status === 405)
        headers.Allow = 'GET, POST';
    if (status === 204 || reason === null)
        return new Response(null, { status, headers });
    headers['Content-Type'] = 'text/plain';
    return new Response(`refused: ${reason}\n`, { status, headers });
}
