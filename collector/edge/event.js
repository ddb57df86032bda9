// SPDX-License-Identifier: MIT
// An event as the wire brings it: read, checked against the policies, and
// turned into the totals that it adds to. The same answers as event/ and
// collector/ give in C; a test compares them over many thousands of events.
//
// Text is a string with one character a byte (as latin1 is decoded), so that
// lengths are those in bytes.
import { form, policies, refusals } from './policies.js';

// The order says which refusal of several came furthest.
export const rank = new Map(refusals.map((name, at) => [name, at]));

const tokenForm = /^[A-Za-z0-9._+:-]+$/;
const nameForm = /^[A-Za-z0-9_+-][A-Za-z0-9._+-]*$/;
const keyForm = /^[a-z][a-z0-9_]*$/;
const releaseForm = /^\d+(\.\d+){0,2}$/;
const crashForm = /^[0-9a-f]{8}-(0|[1-9a-f][0-9a-f]{0,11})-[0-9a-f]{8}$/;
const numberForm = /^(0|[1-9]\d*)$/;

class Unreadable extends Error {}

function need(condition) {
    if (!condition)
        throw new Unreadable();
}

// ---- reading

function isRelease(value) {
    return value === 'devel' ||
        (value.length <= form.release && releaseForm.test(value));
}

// A number has one form only: no sign, no leading zero.
function number(pair, max) {
    const value = Number(pair.value);

    need(pair.number && numberForm.test(pair.value) && value <= max);
    return value;
}

function word(pair) {
    need(pair.string);
    return pair.value;
}

function setEnd(event, end, code = 0) {
    event.end = end;
    event.code = code;
}

function takeExit(event, pair) {
    if (pair.string && (pair.value === 'ok' || pair.value === 'error'))
        setEnd(event, pair.value);
    else
        setEnd(event, 'code', number(pair, 255));
}

// What each key of tel's own does. exit, sig and end are one: how the run
// ended, told once.
const keys = new Map(Object.entries({
    t: (event, pair) => {
        event.tool = word(pair);
        need(event.tool.length <= form.name && nameForm.test(event.tool));
    },
    e: (event, pair) => {
        event.event = word(pair);
    },
    v: (event, pair) => need(number(pair, form.ms) === form.version),
    tv: (event, pair) => {
        event.version = word(pair);
        need(isRelease(event.version));
    },
    os: (event, pair) => need(word(pair) === 'linux'),
    libc: (event, pair) => {
        event.libc = word(pair);
        need(event.libc.length <= form.libc);
    },
    ms: (event, pair) => {
        event.ms = number(pair, form.ms);
    },
    exit: takeExit,
    sig: (event, pair) => {
        setEnd(event, 'signal', number(pair, 64));
        need(event.code >= 1);
    },
    end: (event, pair) => {
        need(word(pair) === 'lost');
        setEnd(event, 'lost');
    },
    crash: (event, pair) => {
        event.crash = word(pair);
        need(crashForm.test(event.crash));
    },
}));
const needed = ['t', 'e', 'v', 'tv', 'os', 'libc'];
const ends = new Set(['exit', 'sig', 'end']);

function takeField(event, pair) {
    need(pair.key.length <= form.key && keyForm.test(pair.key));
    need(pair.value.length <= form.value && event.fields.size < form.fields);
    event.fields.set(pair.key, pair.value);
}

function read(pairs) {
    const event = { ms: -1, end: 'unsaid', code: 0, crash: '',
        fields: new Map() };
    const seen = new Set();

    for (const pair of pairs) {
        const told = ends.has(pair.key) ? 'end' : pair.key;

        need(pair.value.length <= form.event && tokenForm.test(pair.value));
        need(!seen.has(told));
        seen.add(told);
        (keys.get(pair.key) ?? takeField)(event, pair);
    }
    need(needed.every((key) => seen.has(key)));
    need(event.crash === '' || event.end === 'signal');
    return event;
}

function* queryPairs(text) {
    for (const part of text.split('&')) {
        const at = part.indexOf('=');

        need(at >= 0 && !/\+|%(?![0-9A-Fa-f]{2})/.test(part));
        const [key, value] = [part.slice(0, at), part.slice(at + 1)].map(
            (side) => side.replace(/%(..)/g, (_, digits) =>
                String.fromCharCode(parseInt(digits, 16))));
        yield { key, value, string: true, number: true };
    }
}

// One flat object. "[ \t\n\r]" are JSON's own blanks: \s has many more.
const open = /[ \t\n\r]*\{/y;
const pairForm = new RegExp(String.raw`[ \t\n\r]*"([^"\\]*)"[ \t\n\r]*:` +
    String.raw`[ \t\n\r]*(?:"([^"\\]*)"|((?:0|[1-9]\d*)(?:\.\d+)?))`, 'y');
const next = /[ \t\n\r]*([,}])/y;
const close = /[ \t\n\r]*$/y;

function* jsonPairs(text) {
    let at = 0;
    const take = (pattern) => {
        pattern.lastIndex = at;
        const found = pattern.exec(text);

        need(found);
        at = pattern.lastIndex;
        return found;
    };

    take(open);
    do {
        const [, key, string, digits] = take(pairForm);

        yield { key, value: string ?? digits, string: string !== undefined,
            number: digits !== undefined };
    } while (take(next)[1] === ',');
    take(close);
}

// The event, or null where the text is none.
export function readEvent(method, text) {
    try {
        return read(method === 'GET' ? queryPairs(text) : jsonPairs(text));
    } catch (error) {
        if (error instanceof Unreadable)
            return null;
        throw error;
    }
}

// ---- writing

function endOf({ end, code }) {
    switch (end) {
    case 'unsaid':
        return {};
    case 'code':
        return { exit: code };
    case 'signal':
        return { sig: code };
    case 'lost':
        return { end };
    default:
        return { exit: end };
    }
}

// As a line of a batch, without its newline: the one form that tel writes.
export function writeEvent(event) {
    return JSON.stringify({
        t: event.tool,
        e: event.event,
        v: form.version,
        tv: event.version,
        os: 'linux',
        libc: event.libc,
        ...event.ms >= 0 && { ms: event.ms },
        ...endOf(event),
        ...event.crash !== '' && { crash: event.crash },
        ...Object.fromEntries(event.fields),
    });
}

// ---- coarse numbers

// Two significant digits, as "ms = rounded" leaves them.
function isRounded(value) {
    return /^\d{1,2}0*$/.test(value);
}

// One of 0 1 2 5 10 20 50 ..., of which the longest has 32 bits.
function isStep(value) {
    return /^(0|[125]0*)$/.test(value) && Number(value) <= 2000000000;
}

// ---- what the policies allow

const known = new Map();
for (const policy of policies) {
    const rule = {
        ...policy,
        events: new Set(policy.events),
        fields: new Map(Object.entries(policy.fields)),
    };

    known.set(policy.id, [...(known.get(policy.id) ?? []), rule]);
}

function checkEnd(rule, event) {
    const listed = Array.isArray(rule.exit);

    switch (event.end) {
    case 'unsaid':
        return rule.exit === 'off' ? 'accepted' : 'field';
    case 'signal':
    case 'lost':
        return rule.exit !== 'off' ? 'accepted' : 'field';
    case 'ok':
        return rule.exit === 'class' ? 'accepted' : 'field';
    case 'error':
        return rule.exit === 'class' || listed ? 'accepted' : 'field';
    default:
        if (listed)
            return rule.exit.includes(event.code) ? 'accepted' : 'value';
        return rule.exit === 'code' ? 'accepted' : 'field';
    }
}

// A run that was lost has no duration; exit = off does not tell which was.
function checkMs(rule, event) {
    if (rule.ms === 'off' || event.end === 'lost')
        return event.ms < 0 ? 'accepted' : 'field';
    if (event.ms < 0)
        return rule.exit === 'off' ? 'accepted' : 'field';
    const isCoarse = rule.ms === 'rounded' ? isRounded : isStep;
    return isCoarse(String(event.ms)) ? 'accepted' : 'value';
}

function checkCrash(rule, event) {
    if (event.crash === '')
        return 'accepted';
    if (rule.crash === null)
        return 'field';
    return rule.crash.includes(event.crash.slice(0, form.build)) ?
        'accepted' : 'value';
}

function checkField(rule, [key, value]) {
    const values = rule.fields.get(key);

    if (values === undefined)
        return 'field';
    const fits = values === 'count' ? isStep(value) :
        values === 'ratio' ? /^(1\.00|0\.\d\d)$/.test(value) :
            values.includes(value);
    return fits ? 'accepted' : 'value';
}

function explained(rule, event) {
    if (rule.version !== event.version)
        return 'version';
    if (!rule.events.has(event.event))
        return 'event';
    for (const check of [checkEnd, checkMs, checkCrash]) {
        const refusal = check(rule, event);

        if (refusal !== 'accepted')
            return refusal;
    }
    for (const field of event.fields) {
        const refusal = checkField(rule, field);

        if (refusal !== 'accepted')
            return refusal;
    }
    return 'accepted';
}

// "accepted", or the refusal of the policy that came furthest.
export function judge(event) {
    let furthest = 'tool';

    for (const rule of known.get(event.tool) ?? []) {
        const refusal = explained(rule, event);

        if (refusal === 'accepted')
            return refusal;
        if (rank.get(refusal) > rank.get(furthest))
            furthest = refusal;
    }
    return furthest;
}
