"""An HTTP proxy in front of a registry that goes wrong where a test tells it to.

    faulty_proxy.py LISTEN UPSTREAM LOG RULE...

A rule is "METHOD REGEX TIMES ACTION": of requests whose method and path match, the first TIMES (or "*")
meet the fault; the first rule that matches and is not used up counts. Actions:

    status=CODE[,Header:value]  answered by the proxy itself
    cut=N                       the answer breaks off after N bytes of its body
    cut-upload=N                the request breaks off after N bytes of its body: the registry sees it fail
    keep-upload=N               the same, but the registry keeps the N bytes, as some do
    lose-answer                 the request arrives, its answer does not
    delay=SECONDS               before anything is forwarded
    length=N                    the answer's Content-Length is a lie
    slow=SECONDS                the answer's body takes so long
    corrupt                     the first byte of the answer's body is another
    header=Name:value           a header of the answer is another
    no-ranges                   the request's Range is dropped, as by registries that know none
    chunked                     the answer does not say how long it is: its body comes in chunks

A client may also name it as its proxy, for whatever host, http and https (CONNECT): all of them are UPSTREAM.

The log has a line for each request: "METHOD PATH BODY_BYTES RANGE STATUS", the last two may be "-".
"""
import http.client, http.server, re, select, socket, struct, sys, threading, time, urllib.parse

LISTEN, UPSTREAM, LOG, *RULES = sys.argv[1:]
lock = threading.Lock()
rules = []
for rule in RULES:
    method, pattern, times, action = rule.split(" ", 3)
    rules.append([method, re.compile(pattern), float("inf") if times == "*" else int(times), *action.partition("=")[::2]])
upload_states = {}  # path of an upload -> the query that the registry gave last, after keep-upload


def find_fault(method, path):
    with lock:
        for rule in rules:
            if rule[0] == method and rule[1].search(path) and rule[2] > 0:
                rule[2] -= 1
                return rule[3], rule[4]
    return "", ""


class Cut(Exception):
    pass


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def note(self, status, body_bytes):
        path = self.path.split("?")[0]
        with lock, open(LOG, "a") as log:
            log.write(f"{self.command} {path} {body_bytes} {self.headers.get('Content-Range') or self.headers.get('Range') or '-'} {status}\n")

    def cut(self):
        """Resets the connection, as a router does that lost its state."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        raise Cut

    def body(self, limit):
        left = min(int(self.headers.get("Content-Length", 0)), limit)
        while left > 0:
            piece = self.rfile.read(min(left, 1 << 16))
            if not piece:
                return
            left -= len(piece)
            yield piece

    def target(self):
        path, _, query = self.path.partition("?")
        if path not in upload_states:
            return self.path
        latest = urllib.parse.parse_qs(upload_states[path])
        asked = urllib.parse.parse_qs(query)
        return path + "?" + urllib.parse.urlencode({**asked, **latest}, doseq=True)

    def forward(self, action, argument):
        length = int(self.headers.get("Content-Length", 0))
        arriving = int(argument) if action in ("cut-upload", "keep-upload") else length
        upstream = http.client.HTTPConnection(UPSTREAM, timeout=60)
        upstream.putrequest(self.command, self.target(), skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() in ("connection", "content-length") or (name.lower() == "range" and action == "no-ranges"):
                continue
            upstream.putheader(name, value)
        if "Content-Length" in self.headers:
            upstream.putheader("Content-Length", str(arriving if action == "keep-upload" else length))
        upstream.endheaders()
        for piece in self.body(arriving):
            upstream.send(piece)
        if action == "cut-upload":
            upstream.close()
            time.sleep(0.2)  # the registry ends its side
            self.note("-", arriving)
            self.cut()
        answer = upstream.getresponse()
        if action in ("keep-upload", "lose-answer"):
            answer.read()
            self.note("-", arriving)
            if action == "keep-upload":
                location = urllib.parse.urlparse(answer.getheader("Location"))
                upload_states[location.path] = location.query
            self.cut()
        upload_states.pop(self.path.split("?")[0], None) if self.command == "PATCH" else None
        return answer, arriving

    def reply(self):
        action, argument = find_fault(self.command, self.path)
        if action == "delay":
            time.sleep(float(argument))
        if action == "status":
            body_bytes = sum(len(piece) for piece in self.body(1 << 62))
            code, _, header = argument.partition(",")
            self.note(code, body_bytes)
            self.send_response(int(code))
            if header:
                self.send_header(*header.split(":", 1))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        answer, sent = self.forward(action, argument)
        self.note(answer.status, sent)
        headers = {name: value for name, value in answer.getheaders() if name.lower() not in ("connection", "transfer-encoding")}
        if action == "header":
            name, value = argument.split(":", 1)
            headers = {**{n: v for n, v in headers.items() if n.lower() != name.lower()}, name: value}
        if action == "length":
            headers["Content-Length"] = argument
        if action == "chunked":
            headers = {**{n: v for n, v in headers.items() if n.lower() != "content-length"}, "Transfer-Encoding": "chunked"}
        self.send_response_only(answer.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        left = int(argument) if action == "cut" else 1 << 62
        first = action == "corrupt"
        pause = float(argument) * (1 << 16) / int(headers["Content-Length"]) if action == "slow" else 0
        while left > 0 and (piece := answer.read(min(left, 1 << 16))):
            if first:
                piece, first = bytes([piece[0] ^ 1]) + piece[1:], False
            left -= len(piece)
            time.sleep(pause)
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if action == "chunked" else piece)
        if action == "chunked":
            self.wfile.write(b"0\r\n\r\n")
        if action in ("cut", "length"):
            raise Cut  # closes the connection: a reset would take back what is on its way

    def do_CONNECT(self):
        """Passes on what comes from either side, until one of them ends."""
        self.note(200, 0)
        address, port = UPSTREAM.rsplit(":", 1)
        with socket.create_connection((address, int(port))) as upstream:
            self.send_response_only(200)
            self.end_headers()
            ends = {self.connection: upstream, upstream: self.connection}
            while True:
                for end in select.select(list(ends), [], [])[0]:
                    piece = end.recv(1 << 16)
                    if not piece:
                        self.close_connection = True
                        return
                    ends[end].sendall(piece)

    def do(self):
        try:
            self.reply()
        except (Cut, OSError, ValueError, http.client.HTTPException):
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do


host, port = LISTEN.rsplit(":", 1)
server = http.server.ThreadingHTTPServer((host, int(port)), Handler)
server.daemon_threads = True
server.serve_forever()
