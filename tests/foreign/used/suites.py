# SPDX-License-Identifier: MIT
"""Runs CPython's own tests bare and under the shim, and compares each test.

    /usr/bin/python3 tests/foreign/used/suites.py STAGE [OPTION...] [SUITE...]

STAGE is a build's stage folder. Each suite (default: test_subprocess, test_os
and test_signal) runs twice bare and once under the shim, with a policy and a
yes for python3.11, so that it is recorded and its children inherit the
preload. Ends with 1 where a test came out differently, 2 where nothing could
be compared. A test that differs between the bare runs is named and set aside.

    --preload OBJECT   another object in the shim's place
    --match PATTERN    only these tests, as in python3 -m test (repeatable)
    --ignore PATTERN   not these
    --unrecorded       do not expect the run to have been recorded
"""
import argparse
import collections
import glob
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

PYTHON = "/usr/bin/python3.11"
SUITES = ["test_subprocess", "test_os", "test_signal"]
SECONDS = 1200  # more is a hang
POLICY = """\
[tool]
id = python3.11
version = 3.11
endpoint = http://127.0.0.1:9/t
method = POST
[command]
value-options = -X -W -c
[verbs]
test = the regression tests
[fields]
ms = rounded
exit = code
"""


class Home:
    """A scratch home, and a runtime folder in memory."""

    def __init__(self, stage):
        self.stage = stage
        self.root = tempfile.mkdtemp(prefix="tel-test-")
        self.runtime = tempfile.mkdtemp(prefix="tel-test-", dir="/dev/shm")
        self.env = {
            "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
            "HOME": self.root,
            "TMPDIR": self.root,
            "LC_ALL": "C.UTF-8",
            "XDG_RUNTIME_DIR": self.runtime,
            "XDG_CONFIG_HOME": self.root + "/config",
            "XDG_STATE_HOME": self.root + "/state",
        }

    def tel(self, *args):
        return subprocess.run(
            [self.stage + "/bin/tel", *args], env=self.env, check=True,
            stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout

    def configure(self):
        tools = self.root + "/config/tel/tools.d"
        os.makedirs(tools, 0o700)
        with open(tools + "/python3.11.conf", "w", encoding="ascii") as policy:
            policy.write(POLICY)
        self.tel("on", "python3.11", "--local")

    def events(self):
        """What was recorded, as a list of events."""
        self.tel("flush")
        found = []
        for path in glob.glob(self.root + "/state/tel/outbox/*"):
            with open(path, encoding="ascii") as lines:
                found += [json.loads(text) for text in
                          re.findall(r"\{.*\}", lines.read())]
        return found

    def end(self):
        try:
            sender = json.loads(self.tel("status", "--json")).get("sender")
            if sender:
                os.kill(sender, signal.SIGTERM)
        except (OSError, subprocess.CalledProcessError):
            pass
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.rmtree(self.runtime, ignore_errors=True)


def cannot(why):
    print("suites:", why, file=sys.stderr)
    sys.exit(2)


def outcome(case):
    """ok, or how it failed and why it was skipped."""
    for part in case:
        if part.tag == "skipped":
            return "skipped: " + " ".join((part.text or "").split())
        if part.tag in ("failure", "error"):
            return {"failure": "FAIL", "error": "ERROR"}[part.tag]
    return "ok"


def results(path):
    """By name, so that a test that ran twice is compared twice."""
    found = collections.defaultdict(list)
    if os.path.exists(path):
        for case in ElementTree.parse(path).iter("testcase"):
            found[case.get("name")].append(outcome(case))
    return {name: ", ".join(list_) for name, list_ in found.items()}


def end_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def run(home, suite, options, preload):
    """One run of a suite: results by test's name, and its exit status."""
    report = home.root + "/report.xml"
    env = dict(home.env)
    if preload:
        env["LD_PRELOAD"] = preload
    command = [PYTHON, "-m", "test", "--junit-xml", report, "-u", "all"]
    for pattern in options.match:
        command += ["-m", pattern]
    for pattern in options.ignore:
        command += ["-i", pattern]
    with open(home.root + "/log", "wb") as log:
        process = subprocess.Popen(
            command + [suite], env=env, cwd=home.root, stdout=log,
            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            process_group=0)
        try:
            status = process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            status = "hung"
        end_group(process)
        process.wait()
    found = results(report)
    if os.path.exists(report):
        os.unlink(report)
    return found, status


def counts(found):
    kinds = collections.Counter(text.split(":")[0] for text in found.values())
    return ", ".join(f"{kinds[kind]} {kind}" for kind in sorted(kinds))


def differences(first, second, shim):
    """What is told of the comparison: (differences, unstable tests)."""
    differing = []
    unstable = []
    for name in sorted({*first[0], *second[0], *shim[0]}):
        one, two, three = (found[0].get(name, "not run")
                           for found in (first, second, shim))
        if one != two:
            unstable.append(f"{name}: {one} / {two}, under the shim {three}")
        elif one != three:
            differing.append(f"{name}: bare {one}, under the shim {three}")
    if shim[1] not in (first[1], second[1]):
        differing.append(
            f"the suite: bare ends {first[1]}, under the shim {shim[1]}")
    return differing, unstable


def compare(suite, options, preload):
    """Prints one suite's comparison: how many tests, and how many differ."""
    home = Home(options.stage)
    try:
        home.configure()
        start = time.monotonic()
        first = run(home, suite, options, None)
        second = run(home, suite, options, None)
        if home.events():
            cannot("a run without the shim was recorded")
        shim = run(home, suite, options, preload)
        events = home.events()
        differing, unstable = differences(first, second, shim)
        typed = [event.get("exit") for event in events if event["e"] == "test"]
        if not options.unrecorded and typed != [shim[1]]:
            differing.append(f"the suite ended {shim[1]}, recorded: {typed}")
        print(f"{suite}: {len(shim[0])} tests, under the shim "
              f"{counts(shim[0])}; {len(differing)} differ, {len(unstable)} "
              f"unstable; {len(events) - len(typed)} child runs recorded; "
              f"{time.monotonic() - start:.0f} s")
        for line in unstable:
            print("  unstable:", line)
        for line in differing:
            print("  DIFFERENT:", line)
        sys.stdout.flush()
        return len(first[0]), len(differing)
    finally:
        home.end()


def main():
    parser = argparse.ArgumentParser(
        description="CPython's own tests with and without the shim")
    parser.add_argument("stage")
    parser.add_argument("--preload")
    parser.add_argument("--match", action="append", default=[])
    parser.add_argument("--ignore", action="append", default=[])
    parser.add_argument("--unrecorded", action="store_true")
    parser.add_argument("suite", nargs="*", default=SUITES)
    options = parser.parse_args()
    options.stage = os.path.abspath(options.stage)
    shim = options.preload or next(iter(glob.glob(
        options.stage + "/lib*/**/libtel_shim.so", recursive=True)), None)
    if shim is None or not os.path.exists(PYTHON):
        cannot(f"needs {PYTHON}, and a stage with the shim")
    # Some tests want to reach the limit of descriptors.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1024, hard), hard))

    tests = 0
    differing = 0
    for suite in options.suite:
        compared, differ = compare(suite, options, shim)
        if compared == 0:
            cannot(f"{suite}: no test ran")
        tests += compared
        differing += differ
    print(f"{tests} tests compared, {differing} differences")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
