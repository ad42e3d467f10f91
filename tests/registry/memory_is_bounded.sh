#!/bin/bash
# Many uploads and downloads of large blobs at once, with TLS: less than 64 MiB.
source "$(dirname "$0")/lib.sh"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=127.0.0.1 \
  -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem 2>/dev/null
serve_registry --quiet --tls-cert cert.pem --tls-key key.pem
random_file blob 3000000
digest=$(digest_of blob)
transfers=()
for i in $(seq 100); do
  curl -fsS --limit-rate 1M --cacert cert.pem -o /dev/null --data-binary @blob \
    "$URL/v2/demo$i/blobs/uploads/?digest=$digest" &
  transfers+=($!)
done
for pid in "${transfers[@]}"; do wait "$pid" || fail "a transfer failed"; done
peak=$(sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$PID/status")
echo "peak: $peak KiB"
((peak > 0 && peak < 64 * 1024)) || fail "$peak KiB were held"
