"""The sample's product page, unmodified, with two marks that a rehearsal counts by.

Every answer names the pod that gave it (`x-lab-pod`). A request that carries a number (`x-lab-request`) leaves one line
in the pod's log, so that it can be shown that no numbered request was served twice.
"""

import os
import socket

from productpage import app

POD = os.environ.get("HOSTNAME") or socket.gethostname()


def application(environ, start_response):
    number = environ.get("HTTP_X_LAB_REQUEST", "")
    # Digits only: a header must not be able to write lines of its own into the log.
    if number.isascii() and number.isdigit() and len(number) <= 19:
        # One write of less than PIPE_BUF bytes: lines of several workers cannot get mixed, and nothing is buffered.
        os.write(1, f"lab-request {number}\n".encode())

    def start(status, headers, exc_info=None):
        return start_response(status, [*headers, ("x-lab-pod", POD)], exc_info)

    return app(environ, start)
