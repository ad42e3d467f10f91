#!/bin/bash
# Requests a second and latencies of wherry serve, beside nginx with a static file of the same body:
#   bench/http.sh FOLDER_OF_THE_PROGRAMS WORK_FOLDER      (called by bench/run.sh, which put hello:1 into the store)
# Both in turns, with the same settings of wrk; the medians of all rounds are printed.
set -euo pipefail
bin=$1 work=$2
rounds=${HTTP_ROUNDS:-5} seconds=${SECONDS_A_ROUND:-3}

started=()
stop() { ((${#started[@]})) && kill "${started[@]}" 2>/dev/null && wait "${started[@]}" 2>/dev/null || true; }
trap stop EXIT

wait_for() {
  for _ in $(seq 200); do
    curl -fsS -o /dev/null "$1" 2>/dev/null && return
    sleep 0.05
  done
  echo "bench: $1 does not answer" >&2
  exit 1
}

"$bin/wherry" serve hello:1 --listen 127.0.0.1:0 2>"$work/serve.log" &
started+=($!)
for _ in $(seq 200); do
  wherry_url=$(sed -n 's/^wherry: serving .* on //p' "$work/serve.log")
  [ -n "$wherry_url" ] && break
  sleep 0.05
done
wait_for "$wherry_url/"

mkdir -p "$work/nginx/html"
curl -fsS "$wherry_url/" >"$work/nginx/html/index.html"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$work/nginx/nginx.conf" <<CONF
daemon off;
worker_processes auto;
pid $work/nginx/pid;
error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000000;
  server { listen 127.0.0.1:$port; root $work/nginx/html; default_type text/plain; }
}
CONF
chmod -R a+rX "$work"
nginx -p "$work/nginx" -c "$work/nginx/nginx.conf" &
started+=($!)
nginx_url=http://127.0.0.1:$port
wait_for "$nginx_url/"

# measure NAME URL CONNECTIONS: appends "requests_per_second p50_us p99_us" to WORK/NAME.CONNECTIONS
measure() {
  wrk -t 1 -c "$3" -d "${seconds}s" --latency "$2/" >"$work/wrk.out"
  if grep -E 'Non-2xx|Socket errors' "$work/wrk.out" >&2; then
    echo "bench: $1 failed requests" >&2
    exit 1
  fi
  awk 'function us(t) { return t ~ /us$/ ? t + 0 : t ~ /ms$/ ? t * 1000 : t * 1000000 }
    $1 == "50%" { p50 = us($2) } $1 == "99%" { p99 = us($2) } $1 == "Requests/sec:" { rate = $2 }
    END { print rate, p50, p99 }' "$work/wrk.out" >>"$work/$1.$3"
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

printf '%-28s %12s %10s %10s\n' "medians of $rounds rounds of $seconds s" requests/s "p50, us" "p99, us"
for connections in 1 16 64; do
  for name in nginx wherry; do
    url=${name}_url
    seconds=1 measure "$name" "${!url}" "$connections"
    : >"$work/$name.$connections" # that was to warm up
  done
  for _ in $(seq "$rounds"); do
    measure nginx "$nginx_url" "$connections"
    measure wherry "$wherry_url" "$connections"
  done
  for name in nginx wherry; do
    for column in 1 2 3; do
      value[column]=$(cut -d' ' -f$column "$work/$name.$connections" | median)
    done
    printf '%-28s %12.0f %10.0f %10.0f\n' "$name, $connections connections" "${value[1]}" "${value[2]}" "${value[3]}"
    [ $name = nginx ] && nginx_rate=${value[1]}
  done
  awk -v a="$nginx_rate" -v b="${value[1]}" 'BEGIN { printf "%-28s %12.2f\n", "  nginx / wherry", a / b }'
done
