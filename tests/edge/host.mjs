// SPDX-License-Identifier: MIT
// Serves the relay as a platform would, and says where.
//
//     node --experimental-vm-modules host.mjs node|edge FOLDER PACKAGES
//
// node: as a function of Node.js's own http, by the names that api/t.js
// exports. edge: in Vercel's edge-runtime, by the default of api/edge.js; the
// modules are those of FOLDER, linked within the runtime.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';

const [kind, folder, packages] = process.argv.slice(2);

async function handleInNode(handler, incoming, outgoing) {
    const body = incoming.method === 'POST' ? incoming : undefined;
    const request = new Request(`http://${incoming.headers.host}${incoming.url}`,
        { method: incoming.method, body, duplex: 'half',
            headers: Object.entries(incoming.headersDistinct).flatMap(
                ([name, values]) => values.map((value) => [name, value])) });
    const response = await handler(request);

    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
}

async function inNode() {
    const handlers = await import(pathToFileURL(`${folder}/api/t.js`));
    const server = createServer((incoming, outgoing) => {
        const handler = handlers[incoming.method];

        if (handler === undefined)
            outgoing.writeHead(405).end();
        else
            handleInNode(handler, incoming, outgoing).catch(
                () => outgoing.destroy());
    });

    server.listen(0, '127.0.0.1', () => console.log(
        `listening on 127.0.0.1:${server.address().port}`));
}

async function inEdge() {
    const load = createRequire(`${packages}/node_modules/edge-runtime/`);
    const { EdgeRuntime, runServer } = load('edge-runtime');
    const env = { TEL_COLLECTOR_URL: process.env.TEL_COLLECTOR_URL };
    const runtime = new EdgeRuntime({
        extend: (context) => Object.assign(context, { process: { env } }) });
    const modules = new Map();
    const module = (path) => {
        if (!modules.has(path))
            modules.set(path, new vm.SourceTextModule(
                readFileSync(path, 'utf8'),
                { context: runtime.context, identifier: path }));
        return modules.get(path);
    };
    const entry = module(`${folder}/api/edge.js`);

    await entry.link((name, from) => module(
        resolve(dirname(from.identifier), name)));
    await entry.evaluate();
    runtime.context.handler = entry.namespace.default;
    runtime.evaluate("addEventListener('fetch', (event) =>" +
        ' event.respondWith(handler(event.request)))');
    const { url } = await runServer({ runtime, host: '127.0.0.1', port: 0 });
    console.log(`listening on ${new URL(url).host}`);
}

await (kind === 'edge' ? inEdge() : inNode());
