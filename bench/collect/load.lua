-- SPDX-License-Identifier: MIT
--
-- What wrk sends to each server: events as tel-send would send them, of three
-- tools, drawn before the load begins so that drawing them costs the load
-- nothing. Arguments: get|post, key|nokey, keep|close. Prints one line at the
-- end: requests answered 2xx, other answers, socket errors, microseconds.

local TOOLS = {
    {
        id = "vcs", version = "2.39.5",
        verbs = {"commit", "log", "status", "push", "pull", "add", "diff",
                 "checkout", "merge", "remote_add"},
        fields = {{"fmt", "json", "table", "csv", "other"},
                  {"quiet", "yes", "no"}},
    },
    {
        id = "boxes", version = "1.4.0",
        verbs = {"run", "build", "pull", "push", "ps", "stop", "rm", "images",
                 "exec", "logs"},
        fields = {{"fmt", "json", "table", "other"}, {"tty", "yes", "no"},
                  {"detach", "yes", "no"}},
    },
    {
        id = "pack", version = "3",
        verbs = {"install", "update", "remove", "search", "show", "list",
                 "upgrade", "clean", "source", "depends"},
        fields = {{"quiet", "yes", "no"}, {"sim", "yes", "no"}},
    },
}

local EVENTS = 4096
local BATCHES = 64
local BATCH = 100

local random = math.random

-- Two significant digits, as the policies of the bench have it.
local function milliseconds()
    local ms = math.exp(3 + 2 * math.sqrt(-2 * math.log(1 - random())) *
                        math.cos(2 * math.pi * random()))
    local unit = 1

    ms = math.min(math.floor(ms), 3600000)
    while ms / unit >= 100 do
        unit = unit * 10
    end
    return math.floor(ms / unit) * unit
end

-- Some verbs are a hundred times as frequent as others.
local function verb(verbs)
    return verbs[math.min(#verbs, math.floor(random() ^ 2 * #verbs) + 1)]
end

local function draw()
    local tool = TOOLS[random(#TOOLS)]
    local event = {
        {"t", tool.id}, {"e", verb(tool.verbs)}, {"v", 1},
        {"tv", tool.version}, {"os", "linux"}, {"libc", "glibc-2.36"},
        {"ms", milliseconds()}, {"exit", random() < 0.95 and 0 or random(3)},
    }

    for _, field in ipairs(tool.fields) do
        event[#event + 1] = {field[1], field[random(2, #field)]}
    end
    return event
end

local function query(event)
    local parts = {}

    for i, pair in ipairs(event) do
        parts[i] = pair[1] .. "=" .. pair[2]
    end
    return table.concat(parts, "&")
end

local function line(event)
    local parts = {}

    for i, pair in ipairs(event) do
        local value = pair[2]

        parts[i] = type(value) == "number"
            and string.format('"%s":%d', pair[1], value)
            or string.format('"%s":"%s"', pair[1], value)
    end
    return "{" .. table.concat(parts, ",") .. "}\n"
end

local function seed()
    local file = assert(io.open("/dev/urandom", "rb"))
    local number = 0

    for byte in file:read(6):gmatch(".") do
        number = number * 256 + byte:byte()
    end
    file:close()
    math.randomseed(number)
end

-- Where the key of each request belongs between head and tail.
local requests = {}
local keyed

local function prepare(method, close)
    local head = " HTTP/1.1\r\nHost: t.example.org\r\nUser-Agent: tel/1\r\n" ..
        "Accept: */*\r\n" .. (close and "Connection: close\r\n" or "")

    if method == "get" then
        for i = 1, EVENTS do
            requests[i] = {"GET /t?" .. query(draw()) .. head, "\r\n"}
        end
        return
    end
    for i = 1, BATCHES do
        local lines = {}

        for j = 1, BATCH do
            lines[j] = line(draw())
        end
        lines = table.concat(lines)
        requests[i] = {
            "POST /t" .. head .. "Content-Type: application/x-ndjson\r\n" ..
                "Content-Length: " .. #lines .. "\r\n", "\r\n" .. lines}
    end
end

function init(args)
    seed()
    keyed = args[2] == "key"
    prepare(args[1], args[3] == "close")
end

function request()
    local parts = requests[random(#requests)]

    if not keyed then
        return parts[1] .. parts[2]
    end
    return string.format("%sIdempotency-Key: %08x%08x%08x%08x\r\n%s", parts[1],
        random(0, 4294967295), random(0, 4294967295), random(0, 4294967295),
        random(0, 4294967295), parts[2])
end

function done(summary)
    local errors = summary.errors

    io.write(string.format("answered %d other %d broken %d us %d\n",
        summary.requests - errors.status, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout,
        summary.duration))
end
