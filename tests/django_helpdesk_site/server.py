"""`python -m tests.django_helpdesk_site.server`: make the site, serve it, and do what standard input says.

Each line there is a JSON object `{"do": one of people.ACTIONS, …its arguments}`; the answer is a line of JSON. The
first line that is written tells the port. The end of standard input ends the server.
"""

from __future__ import annotations

import json
import os
import sys
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        print(self.path, file=sys.stderr, flush=True)


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.django_helpdesk_site.settings"
    django.setup()
    # Django's models can be imported only now.
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    from tests.django_helpdesk_site.people import ACTIONS

    call_command("migrate", verbosity=0)
    server = make_server("127.0.0.1", 0, get_wsgi_application(), server_class=_Server, handler_class=_Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps(server.server_port), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(ACTIONS[order.pop("do")](**order)), flush=True)


if __name__ == "__main__":
    main()
