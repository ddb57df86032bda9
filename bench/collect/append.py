# SPDX-License-Identifier: MIT
"""The endpoint that many vendors have: a Flask handler that appends lines."""
import os

import flask

app = flask.Flask(__name__)
LOG = os.environ["BENCH_LINES"]


@app.get("/t")
def take_query():
    with open(LOG, "ab") as lines:
        lines.write(flask.request.query_string + b"\n")
    return "", 204


@app.post("/t")
def take_lines():
    with open(LOG, "ab") as lines:
        lines.write(flask.request.get_data())
    return "", 204
