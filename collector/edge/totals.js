// SPDX-License-Identifier: MIT
// The Durable Object that keeps the totals, in its own SQLite: one row for each
// that collector/store/store.h names, and keys in two generations as there.
import { DurableObject } from 'cloudflare:workers';
import { limits } from './policies.js';

const schema = `
CREATE TABLE IF NOT EXISTS total(day TEXT NOT NULL, tool TEXT NOT NULL,
 version TEXT NOT NULL, event TEXT NOT NULL, item TEXT NOT NULL,
 value TEXT NOT NULL, n INTEGER NOT NULL,
 PRIMARY KEY(tool, day, version, event, item, value)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refused(day TEXT NOT NULL, reason TEXT NOT NULL,
 n INTEGER NOT NULL, PRIMARY KEY(day, reason)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen(generation INTEGER NOT NULL,
 key TEXT NOT NULL, PRIMARY KEY(generation, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS generation(id INTEGER PRIMARY KEY,
 number INTEGER NOT NULL, began INTEGER NOT NULL);
INSERT OR IGNORE INTO generation VALUES(1, 0, -1);`;

const dayMs = 86400000;
// Bytes of an answer that are made at once.
const chunk = 65536;

function dayText(day) {
    return new Date(day * dayMs).toISOString().slice(0, 10);
}

// One row, and so one line, for all cells of an event on a day. They are put
// together by the database, which has them all: a million cells cross into
// JavaScript as some thousand rows. No string in them needs an escape.
const totals = `SELECT '{"tool":"' || tool || '","event":"' || event ||
 '","version":"' || edition || '","day":"' || date || '","cells":[' ||
 group_concat('["' || item || '","' || value || '",' || n || ']', ','
  ORDER BY item, value) || ']}' FROM
 (SELECT tool, event, CASE WHEN ?2 THEN version ELSE '' END AS edition,
  CASE WHEN ?3 THEN day ELSE '' END AS date, item, value, sum(n) AS n
  FROM total WHERE (?1 IS NULL OR tool = ?1) AND day BETWEEN ?4 AND ?5
  GROUP BY 1, 2, 3, 4, 5, 6)
 GROUP BY tool, event, edition, date ORDER BY tool, event, edition, date`;

const refusals = `SELECT '{"day":"' || date || '","reason":"' || reason ||
 '","n":' || n || '}' FROM
 (SELECT CASE WHEN ?3 THEN day ELSE '' END AS date, reason, sum(n) AS n
  FROM refused WHERE day BETWEEN ?4 AND ?5 GROUP BY 1, 2)
 ORDER BY date, reason`;

// The lines, and one that says how many there were: what is cut off shows.
function chunksOf(lines) {
    const chunks = [''];
    let count = 0;

    for (const [line] of lines) {
        if (chunks.at(-1).length > chunk)
            chunks.push('');
        chunks[chunks.length - 1] += `${line}\n`;
        count++;
    }
    chunks[chunks.length - 1] += `${JSON.stringify({ lines: count })}\n`;
    return chunks;
}

export class Totals extends DurableObject {
    constructor(ctx, env) {
        super(ctx, env);
        this.sql = ctx.storage.sql;
        this.retained = -1;
        ctx.storage.transactionSync(() => this.sql.exec(schema));
    }

    // Counts one request, once where it has a key: whether its key had been
    // counted before. All of it or nothing.
    //
    // Until a write is on disk (and, at Cloudflare, on other machines' disks),
    // the runtime lets no message leave the object: that is its output gate. So
    // nobody is told 204 too early, and sync() here only says so once more. If
    // the write fails, the object is reset, and this call with it.
    async count(key, sums, refused) {
        const day = Math.floor(Date.now() / dayMs);
        const seen = this.ctx.storage.transactionSync(
            () => this.#countOn(day, key, sums, refused));

        await this.ctx.storage.sync();
        await this.#retain(day);
        return seen;
    }

    #countOn(day, key, sums, refused) {
        const generation = this.#turn(day);

        if (key !== null && this.#isSeen(generation, key))
            return true;
        for (const sum of sums)
            this.#add(dayText(day), sum);
        for (const [reason, n] of refused)
            this.sql.exec('INSERT INTO refused VALUES(?, ?, ?)' +
                ' ON CONFLICT DO UPDATE SET n = n + excluded.n',
            dayText(day), reason, n);
        // Only what counted is remembered: a refused batch may be sent again
        // when its policy has been deployed.
        if (key !== null && sums.length > 0)
            this.sql.exec('INSERT INTO seen VALUES(?, ?)', generation, key);
        return false;
    }

    // Which generation keys go into now. It lasts longer than the window, and
    // goes one step at a time, as in collector/store/kind.h.
    #turn(day) {
        const { number, began } = this.sql.exec(
            'SELECT number, began FROM generation').one();
        const over = began >= 0 && day - began > limits.windowDays;

        if (!over && began >= 0 && began <= day)
            return number;
        this.sql.exec('UPDATE generation SET number = ?, began = ?',
            number + over, day);
        if (over)
            this.sql.exec('DELETE FROM seen WHERE generation < ?', number);
        return number + over;
    }

    #isSeen(generation, key) {
        return this.sql.exec('SELECT 1 FROM seen WHERE' +
            ' generation IN (?1, ?1 - 1) AND key = ?2', generation, key)
            .toArray().length > 0;
    }

    #add(day, [tool, version, event, item, value, n]) {
        const cell = [day, tool, version, event, item, value];

        if (item === 'crash' && this.#isFull(...cell))
            cell[5] = 'other';
        this.sql.exec('INSERT INTO total VALUES(?, ?, ?, ?, ?, ?, ?)' +
            ' ON CONFLICT DO UPDATE SET n = n + excluded.n', ...cell, n);
    }

    // Whether the value is a new one of an item that has as many as may be
    // told apart: no policy lists signatures of crashes, and anybody sends them.
    #isFull(...cell) {
        const { known, values } = this.sql.exec(
            'SELECT coalesce(sum(value = ?6), 0) AS known, count(*) AS "values"' +
            ' FROM total WHERE day = ?1 AND tool = ?2 AND version = ?3' +
            ' AND event = ?4 AND item = ?5', ...cell).one();

        return known === 0 && values >= limits.crashes;
    }

    // Once a day: forgets the days that are over, also where nothing comes.
    async #retain(day) {
        const days = Number(this.env.TEL_RETENTION_DAYS);

        if (!(days > 0) || this.retained === day)
            return;
        for (const table of ['total', 'refused'])
            this.sql.exec(`DELETE FROM ${table} WHERE day < ?`,
                dayText(day - days));
        await this.ctx.storage.setAlarm((day + 1) * dayMs);
        this.retained = day;
    }

    async alarm() {
        await this.#retain(Math.floor(Date.now() / dayMs));
    }

    // The lines of the answer, all of one moment, as a stream.
    read(what, { tool, first, last, days, versions }) {
        const rows = this.sql.exec(what === 'totals' ? totals : refusals,
            tool, Number(versions), Number(days), first, last).raw();
        const chunks = chunksOf(rows)[Symbol.iterator]();
        const encoder = new TextEncoder();

        return new ReadableStream({
            type: 'bytes',
            pull(controller) {
                const { done, value } = chunks.next();

                if (done)
                    controller.close();
                else
                    controller.enqueue(encoder.encode(value));
            },
        });
    }
}
