# A token server as docker-registry 2.8 wants one: JSON Web Tokens signed with RS256, the certificate in x5c.
#   token_server.py PORT KEY CERTIFICATE LOG [LIFETIME]
# Says that its tokens live for 300 seconds; they live for LIFETIME. Docker's registry allows 60 seconds more.
# Knows the user alice with the password `secret` and the identity token `identity-1`; anybody may pull from open/.
import base64, http.server, json, subprocess, sys, time, urllib.parse

port, key, certificate, log = sys.argv[1:5]
lifetime = int(sys.argv[5]) if len(sys.argv) > 5 else 300
pem = open(certificate).read()
der = "".join(line for line in pem.splitlines() if "-----" not in line)

def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

def token(user, scopes):
    now = int(time.time())
    access = []
    for scope in scopes:
        kind, name, actions = scope.split(":", 2)
        allowed = actions.split(",") if user else ["pull"] if name.startswith("open/") else []
        access.append({"type": kind, "name": name, "actions": allowed})
    header = {"typ": "JWT", "alg": "RS256", "x5c": [der]}
    claims = {"iss": "test", "sub": user, "aud": "registry", "iat": now - 100, "nbf": now - 100, "exp": now + lifetime,
              "jti": str(time.time()), "access": access}
    text = encode(json.dumps(header).encode()) + "." + encode(json.dumps(claims).encode())
    signed = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=text.encode(), capture_output=True, check=True)
    return text + "." + encode(signed.stdout)

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        scopes = query.get("scope", [])
        shown = self.headers.get("Authorization", "")
        user = ""
        if shown:
            user, password = base64.b64decode(shown.split()[1]).decode().split(":", 1)
            if (user, password) != ("alice", "secret"):
                return self.answer(401, {"errors": [{"code": "UNAUTHORIZED", "message": "wrong user or password"}]})
        self.note("GET", user, scopes)
        document = {"token": token(user, scopes), "expires_in": 300}
        if query.get("offline_token") == ["true"]:
            document["refresh_token"] = "identity-1"
        self.answer(200, document)

    def do_POST(self):
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        scopes = " ".join(form.get("scope", [])).split()
        if form.get("grant_type") != ["refresh_token"] or form.get("refresh_token") != ["identity-1"]:
            return self.answer(400, {"errors": [{"message": "unknown identity token"}]})
        self.note("POST", "alice", scopes)
        self.answer(200, {"access_token": token("alice", scopes)})

    def note(self, method, user, scopes):
        with open(log, "a") as file:
            file.write(f"{method} {user or '-'} {' '.join(scopes) or '-'}\n")

    def log_message(self, *words):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()
