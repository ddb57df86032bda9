#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Ends in the way that its first argument names."""
import atexit
import faulthandler
import multiprocessing
import os
import pty
import signal
import subprocess
import sys
import threading


def state():
    for name in sorted(os.environ):
        if name != "LD_PRELOAD":
            print(name, os.environ[name])
    print(sorted(os.listdir("/proc/self/fd")))
    print(open(f"/proc/self/task/{os.getpid()}/children").read() == "")
    for line in open("/proc/self/status"):
        if line.startswith(("SigB", "SigI", "SigC", "Threads", "TracerPid")):
            print(line, end="")
    print(os.getcwd(), os.umask(0), os.getpgrp() == os.getpid())
    try:
        os.wait()
    except ChildProcessError:
        print("no child")


def fork(leave):
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        leave(9)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    sys.exit(3)


def sub():
    own = [sys.executable, "-c", "import sys; sys.exit(5)"]
    print(subprocess.run(own).returncode)
    print(subprocess.run(own, preexec_fn=lambda: None).returncode)
    print(subprocess.run(["true"], start_new_session=True).returncode)
    print(subprocess.run(own, close_fds=False).returncode)
    for missing in ("no-such-program", "/etc/passwd"):
        try:
            subprocess.run([missing])
        except OSError as error:
            print(type(error).__name__)
    print(os.system("exit 6"), os.popen("echo out").read())
    print(subprocess.getoutput("cat </dev/null; echo x | cat"))
    sys.exit(4)


def twice(number):
    return number * 2


def multi(method):
    context = multiprocessing.get_context(method)
    with context.Pool(2) as pool:
        print(pool.map(twice, range(4)))
    one = context.Process(target=os._exit, args=(9,))
    one.start()
    one.join()
    print(one.exitcode)
    sys.exit(5)


def threads():
    forever = threading.Event()
    for _ in range(3):
        threading.Thread(target=forever.wait, daemon=True).start()
    sys.exit(6)


def thread_exit():
    sys.stdout.flush()
    threading.Thread(target=os._exit, args=(7,)).start()
    threading.Event().wait()


def order():
    for i in range(3):
        atexit.register(print, "atexit", i)
    threading._register_atexit(print, "threads")
    sys.exit(2)


def handler():
    signal.signal(signal.SIGUSR1, lambda number, frame: sys.exit(number))
    os.kill(os.getpid(), signal.SIGUSR1)


def interrupt():
    atexit.register(print, "interrupted")
    os.kill(os.getpid(), signal.SIGINT)


def spawn():
    pid = os.posix_spawn("/bin/sh", ["sh", "-c", "exit 8"], os.environ)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    pid = os.posix_spawn(sys.executable, ["python3", "-c", ""], os.environ)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def crash():
    faulthandler.enable()
    faulthandler._sigsegv()


def title():
    import ctypes

    ctypes.CDLL(None).prctl(15, b"another-name", 0, 0, 0)
    print(open("/proc/self/comm").read())
    print(subprocess.run([sys.executable, "-c", "print(1)"]).returncode)
    sys.exit(9)


def closed():
    sys.stdout.flush()
    os.closerange(0, 256)
    os._exit(8)


def terminal():
    sys.stdout.flush()
    print(os.waitstatus_to_exitcode(pty.spawn(["sh", "-c", "tty >&-; exit 4"])))


def detached():
    own = [sys.executable, sys.argv[0], "exit", "3"]
    print(subprocess.run(own, start_new_session=True).returncode)
    sys.exit(6)


def daemon():
    if os.fork() > 0:
        os._exit(0)
    os.setsid()
    if os.fork() > 0:
        os._exit(0)
    subprocess.run([sys.executable, "-c", "print('child')"])
    print("daemon")
    sys.exit(5)


WAYS = {
    "state": state,
    "exit": lambda: sys.exit(int(sys.argv[2])),
    "text": lambda: sys.exit("last words"),
    "raise": lambda: 1 / 0,
    "quit": lambda: os._exit(int(sys.argv[2])),
    "abort": os.abort,
    "fork": lambda: fork(os._exit),
    "fork-exit": lambda: fork(sys.exit),
    "sub": sub,
    "multi": lambda: multi(sys.argv[2]),
    "threads": threads,
    "thread-exit": thread_exit,
    "order": order,
    "handler": handler,
    "interrupt": interrupt,
    "exec": lambda: os.execv("/bin/sh", ["sh", "-c", "exit 8"]),
    "exec-self": lambda: os.execv(
        sys.executable, [sys.executable, sys.argv[0], "exit", "7"]
    ),
    "exec-missing": lambda: os.execv("/missing", ["missing"]),
    "spawn": spawn,
    "crash": crash,
    "title": title,
    "closed": closed,
    "terminal": terminal,
    "detached": detached,
    "daemon": daemon,
}

if __name__ == "__main__":
    WAYS[sys.argv[1]]()
