// SPDX-License-Identifier: MIT
// Says of each event of a file what the modules of a folder make of it.
//
//     node judge.mjs FOLDER FILE
//
// A line of the file is GET or POST, a blank, and the text in hexadecimal. Its
// answer is one line: why it is refused; or "accepted", the event written
// anew, and its totals in order.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [folder, file] = process.argv.slice(2);
const { judge, readEvent, writeEvent } =
    await import(pathToFileURL(`${folder}/event.js`));
const { sumsOf } = await import(pathToFileURL(`${folder}/cells.js`));

function line(method, digits) {
    const event = readEvent(method,
        Buffer.from(digits, 'hex').toString('latin1'));
    const verdict = event === null ? 'form' : judge(event);

    if (verdict !== 'accepted')
        return verdict;
    // Part by part, byte by byte: no part has a byte below the newline.
    const sums = sumsOf([event]).map((sum) => sum.join('\n')).sort();
    return [verdict, writeEvent(event),
        ...sums.map((sum) => sum.replaceAll('\n', '|'))].join(' ');
}

const lines = readFileSync(file, 'latin1').split('\n').slice(0, -1);
process.stdout.write(lines.map((it) => `${line(...it.split(' '))}\n`).join(''));
