# SPDX-License-Identifier: MIT
"""A plain endpoint, as many vendors have one: it appends what comes to a file.

    EVENTS=/var/lib/example/events gunicorn plain:app
    tel-collect import --db totals.db --tools tools.d --continue events
"""
import os

from flask import Flask, request

app = Flask(__name__)
events = os.environ["EVENTS"]


def append(lines):
    """One write for all of it, so that two at once do not mix."""
    with open(events, "ab", buffering=0) as file:
        file.write(lines if lines.endswith(b"\n") else lines + b"\n")


@app.get("/t")
def one():
    append(request.query_string)
    return "", 204


@app.post("/t")
def batch():
    append(request.get_data())
    return "", 204
