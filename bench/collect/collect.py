#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What a request costs tel-collect serve, which answers once it is durable,
beside nginx that answers 204 and writes its access log, and beside Flask under
gunicorn that appends lines: with threads, which keep connections and so cost
less, where the load keeps them, and as it is where each request has a
connection of its own. They are driven by wrk, one after the other in each
round, and what is shown are medians; CPU is that of all of a server's
processes, from /proc. Takes under three minutes. Fails where the collector
counted anything else than what it answered."""
import argparse
import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.join(HERE, "..", "..", "build")
NGINX = os.path.join(BUILD, "servers/unpacked/usr/sbin/nginx")
SCRATCH = os.path.join(BUILD, "bench-collect")
TICK = os.sysconf("SC_CLK_TCK")
BATCH = 100

# name, method, key, connection, connections
LOADS = [
    ("GET, own key, 64 kept", "get", "key", "keep", 64),
    ("GET, own key, 256 kept", "get", "key", "keep", 256),
    ("GET, no key, 64 kept", "get", "nokey", "keep", 64),
    ("GET, own key, 64 new", "get", "key", "close", 64),
    ("POST of 100, 64 kept", "post", "key", "keep", 64),
]
SERVERS = ["serve", "nginx", "gunicorn", "threads"]
NGINX_TIMES = 1.5
FLASK_PART = 20
EVENT_PART = 5

POLICY = """[tool]
id = {id}
version = {version}
endpoint = https://t.example.org/t
method = POST
purpose = Measure what a request costs
source = https://example.org/source
controller = Example Org
contact = privacy@example.org
retention = 365 days
[verbs]
{verbs}
[fields]
ms = rounded
exit = code
{fields}
"""
TOOLS = [
    ("vcs", "2.39.5", "commit log status push pull add diff checkout merge",
     "remote add", "fmt = word --format: json table csv\nquiet = flag -q"),
    ("boxes", "1.4.0", "run build pull push ps stop rm images exec logs", "",
     "fmt = word --format: json table\ntty = flag -t\ndetach = flag -d"),
    ("pack", "3", "install update remove search show list upgrade clean"
     " source depends", "", "quiet = flag -q\nsim = flag -s"),
]


def write(name, text):
    path = os.path.join(SCRATCH, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def make_policies():
    for name, version, words, phrase, fields in TOOLS:
        verbs = words.split() + ([phrase] if phrase else [])
        write(f"tools/{name}.conf", POLICY.format(
            id=name, version=version, fields=fields,
            verbs="\n".join(f"{verb} = do it" for verb in verbs)))


def wait_for(what, found):
    for _ in range(500):
        result = found()
        if result:
            return result
        time.sleep(0.02)
    raise SystemExit(f"bench: {what} did not come up in time")


def last_word(log, mark):
    """What stands after mark in a log, to the end of its line."""
    with open(log, encoding="utf-8") as file:
        text = file.read()
    at = text.rfind(mark)
    if at < 0 or "\n" not in text[at:]:
        return None
    return text[at + len(mark):].split("\n")[0].split()[0]


def start_serve(port, log):
    del port
    store = ["--db", os.path.join(SCRATCH, "totals.db"),
             "--tools", os.path.join(SCRATCH, "tools")]
    program = os.path.join(BUILD, "release/stage/bin/tel-collect")
    return subprocess.Popen([program, "serve", "--listen", "127.0.0.1:0",
                             *store], stdout=log, stderr=log)


def start_nginx(port, log):
    conf = write("nginx.conf", f"""daemon off; worker_processes 2; pid nginx.pid;
events {{ worker_connections 1024; }}
http {{ access_log access.log; client_body_buffer_size 64k;
keepalive_requests 1000000000; client_body_temp_path body;
proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;
scgi_temp_path scgi;
server {{ listen 127.0.0.1:{port} backlog=1024; location / {{ return 204; }} }} }}
""")
    return subprocess.Popen([NGINX, "-p", SCRATCH, "-e", "error.log", "-c",
                             conf], stdout=log, stderr=log)


def start_gunicorn(port, log, *workers):
    return subprocess.Popen(
        ["/usr/bin/gunicorn", "--workers", "2", *workers,
         "--bind", f"127.0.0.1:{port}", "append:app"],
        cwd=HERE, stdout=log, stderr=log, env={
            "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1",
            "BENCH_LINES": os.path.join(SCRATCH, "lines")})


def start_threads(port, log):
    return start_gunicorn(port, log, "--threads", "4")


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def answers(port):
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    return False


@contextlib.contextmanager
def running(server):
    log = os.path.join(SCRATCH, server + ".log")
    port = free_port()
    start = {"serve": start_serve, "nginx": start_nginx,
             "gunicorn": start_gunicorn, "threads": start_threads}[server]
    with open(log, "w", encoding="utf-8") as file:
        process = start(port, file)
    try:
        if server == "serve":
            port = int(wait_for(server, lambda: last_word(
                log, "listening on 127.0.0.1:")))
        wait_for(server, lambda: answers(port))
        yield process.pid, port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def tree(pid):
    """The process and those below it."""
    pids = [pid]
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children",
                  encoding="ascii") as children:
            for child in children.read().split():
                pids += tree(int(child))
    return pids


def cpu_us(pid):
    """Of all threads of all of a server's processes."""
    ticks = 0
    for each in tree(pid):
        with open(f"/proc/{each}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks * 1e6 / TICK


def drive(port, load, seconds):
    """(requests answered 204, other answers, microseconds it took)"""
    _, method, key, connection, connections = load
    out = subprocess.run(
        ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s",
         "-s", os.path.join(HERE, "load.lua"), f"http://127.0.0.1:{port}",
         "--", method, key, connection],
        check=True, capture_output=True, text=True).stdout
    words = out[out.rindex("answered "):].split()
    return int(words[1]), int(words[3]) + int(words[5]), int(words[7])


def total_runs():
    with contextlib.closing(sqlite3.connect(
            os.path.join(SCRATCH, "totals.db"))) as db:
        return db.execute("SELECT coalesce(sum(n), 0) FROM total"
                          " WHERE item = 'runs'").fetchone()[0]


def check_totals(before, answered, load):
    """Each request that was answered counts once. Those that were under way
    when one of the two wrks ended may count too: one a connection at most."""
    events = BATCH if load[1] == "post" else 1
    counted = (total_runs() - before) / events
    if not answered <= counted <= answered + 2 * load[4]:
        raise SystemExit(f"bench: {load[0]}: {answered} requests were "
                         f"answered, {counted} are counted")


def measure(server, load, seconds):
    """(CPU microseconds a request, requests a second)"""
    with running(server) as (pid, port):
        before = total_runs() if server == "serve" else 0
        warm, _, _ = drive(port, load, 1)
        begin = cpu_us(pid)
        answered, other, us = drive(port, load, seconds)
        cost = (cpu_us(pid) - begin) / max(answered, 1)
    if other > 0:
        print(f"  {server}, {load[0]}: {other} not answered 204",
              file=sys.stderr)
    if server == "serve":
        check_totals(before, warm + answered, load)
    return cost, answered * 1e6 / us


ROW = "{:24}{:10}{:>12}{:>12}{:>12}   {}"


def verdict(figure, met):
    return f"{figure}, {'met' if met else 'MISSED'}"


def against(server, ours, cost):
    """How the collector's cost stands to another server's."""
    if server == "nginx":
        return verdict(f"{ours / cost:.2f} times (at most {NGINX_TIMES})",
                       ours <= NGINX_TIMES * cost)
    return verdict(f"1/{cost / ours:.1f} (at most 1/{FLASK_PART})",
                   FLASK_PART * ours <= cost)


def show(load, results, get_us):
    name = load[0]
    events = BATCH if load[1] == "post" else 1
    ours = results["serve"][0] if "serve" in results else None
    for server, (cost, rate) in results.items():
        note = ""
        if server != "serve" and ours:
            # What it costs nginx to throw a batch away is no measure.
            note = against(server, ours, cost) if events == 1 else ""
        elif events > 1 and get_us:
            part = get_us / (cost / events)
            note = verdict(f"1/{part:.1f} of a GET's event"
                           f" (at most 1/{EVENT_PART})", part >= EVENT_PART)
        print(ROW.format(name, server, f"{cost:.1f}", f"{cost / events:.2f}",
                         f"{rate:.0f}", note), flush=True)
        name = ""


def servers_for(load):
    """Flask is compared as it serves this kind of load best."""
    flask = "gunicorn" if load[3] == "close" else "threads"
    return ["serve", flask] if load[1] == "post" else ["serve", "nginx", flask]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--servers", help="not those that suit the load, but "
                        + ",".join(SERVERS))
    parser.add_argument("--loads", default="0,1,2,3,4")
    options = parser.parse_args()
    shutil.rmtree(SCRATCH, ignore_errors=True)
    make_policies()
    get_us = 0
    print(ROW.format("load", "server", "us/request", "us/event", "requests/s",
                     "the collector's CPU beside it"))
    for load in [LOADS[int(i)] for i in options.loads.split(",")]:
        servers = (options.servers.split(",") if options.servers
                   else servers_for(load))
        rounds = {server: [] for server in servers}
        for _ in range(options.rounds):
            for server, found in rounds.items():
                found.append(measure(server, load, options.seconds))
        medians = {server: tuple(map(statistics.median, zip(*found)))
                   for server, found in rounds.items()}
        show(load, medians, get_us)
        get_us = get_us or medians.get("serve", (0,))[0]
    shutil.rmtree(SCRATCH, ignore_errors=True)


if __name__ == "__main__":
    main()
