# SPDX-License-Identifier: MIT
"""Compares the collector's report with what was run.

usage: expect.py REPORT.json <EXPECTED

EXPECTED has a line an event: TOOL EVENT KEY=NUMBER...; a key such as exit.3
goes down one level, and lost|signal is the sum of both. Every event of the
report must be expected, and every one expected must be there.
"""
import json
import sys


def look(event, path):
    """The number at a path of the report, 0 where there is none."""
    for key in path.split("."):
        event = event.get(key, {})
    return event or 0


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        report = json.load(file)
    found = {(tool["tool"], event["event"]): event
             for tool in report["tools"] for event in tool["events"]}
    faults = 0
    checked = 0
    for line in sys.stdin:
        tool, name, *numbers = line.split()
        event = found.pop((tool, name), {})
        for number in numbers:
            paths, wanted = number.split("=")
            seen = sum(look(event, path) for path in paths.split("|"))
            checked += 1
            if seen != int(wanted):
                print(f"WRONG: {tool} {name}: {paths} is {seen}, "
                      f"not {wanted}")
                faults += 1
    for tool, name in found:
        print(f"WRONG: {tool} {name} was never run")
        faults += 1
    if faults:
        sys.exit(1)
    print(f"{checked} counts are as they must be")


main()
