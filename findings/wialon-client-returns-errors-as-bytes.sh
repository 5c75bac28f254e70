#!/usr/bin/env bash
# Wialon answers an error with HTTP 200 and {"error": N} in the body, so its client must look inside. The vendor's client python-wialon
# 1.2.4 decodes JSON only when Content-Type is exactly "application/json". With a charset behind it, as proxies write it and as the
# standard allows, the answer comes back as bytes, undecoded, and no WialonError is raised: whoever calls has to decode it again. Before
# a login the client sends its session as the text "None". Seen with this server on loopback:
#   application/json                 WialonError 7
#   application/json; charset=utf-8  b'{"error": 7}'; sid=None sent
# Exits 1 when this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check python-wialon==1.2.4
"$folder/env/bin/python" - <<'PY'
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

from wialon import Wialon, WialonError

kinds, sids = ["application/json", "application/json; charset=utf-8"], []


class Server(BaseHTTPRequestHandler):
    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        sids.append(form["sid"][0])
        body = b'{"error": 7}'
        self.send_response(200)
        self.send_header("Content-Type", kinds[len(sids) - 1])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = Wialon(scheme="http", host="127.0.0.1", port=server.server_port)
seen = []
for kind in kinds:
    try:
        seen.append(client.core_search_item(id=1, flags=1))
    except WialonError as error:
        seen.append(error._code)
    print(f"{kind:33}", seen[-1])
print("sid", sids)
sys.exit(0 if seen == [7, b'{"error": 7}'] and sids == ["None", "None"] else 1)
PY
