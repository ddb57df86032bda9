// SPDX-License-Identifier: MIT
// Which totals an event adds to: every part of it by itself, never two
// together. What has no total is forgotten: the C library, the system.
import { form } from './policies.js';

// Where the bucket begins that a duration is in: at 0, 1, 2, ... and each next
// one a tenth further on, at least 1.
export function bucketOf(ms) {
    const step = (lower) => Math.max(1, Math.floor(lower / 10));
    let lower = 0;

    while (lower + step(lower) <= Math.min(ms, form.ms))
        lower += step(lower);
    return lower;
}

const told = { ok: ['ok'], error: ['error'], lost: ['lost'],
    signal: ['signal', 'sig'] };

// Pairs of item and value, as collector/store/store.h names them.
function* partsOf(event) {
    const outcome = event.end === 'code' ?
        [event.code === 0 ? 'ok' : 'error', 'exit'] : told[event.end] ?? [];

    yield ['runs', ''];
    if (outcome.length > 0)
        yield [outcome[0], ''];
    if (outcome.length > 1)
        yield [outcome[1], String(event.code)];
    if (event.ms >= 0)
        yield ['ms', String(bucketOf(event.ms))];
    for (const [key, value] of event.fields)
        yield [`field:${key}`, value];
}

// What the events add to each total, as [tool, version, event, item, value, n].
// A crash stands under no event: which command it was and where it crashed are
// two totals, and their combination would be a third.
export function sumsOf(events) {
    const sums = new Map();
    const add = (...cell) => {
        const name = cell.join('\n');

        sums.set(name, [...cell, (sums.get(name)?.at(-1) ?? 0) + 1]);
    };

    for (const event of events) {
        const { tool, version, event: name, crash } = event;

        for (const part of partsOf(event))
            add(tool, version, name, ...part);
        if (crash !== '')
            add(tool, version, '', 'crash', crash);
    }
    return [...sums.values()];
}
