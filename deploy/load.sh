#!/usr/bin/env bash
# load.sh [URL]: 300 requests a second of 50 signed-in people at the node at URL, else at Anhui's node of a demonstration that is
# started for it (ports from BASE, 9984); then 100 orders at once between five nodes. RATE, USERS_N, SECONDS_N, ORDERS change the numbers.
set -euo pipefail
cd "$(dirname "$0")/.."
corridor=$PWD/bin/corridor
base=${BASE:-9984}
url=${1:-}
if [ -z "$url" ]; then
  dir=$(mktemp -d)
  "$corridor" demo --dir "$dir" --base-port "$base" >"$dir/out" 2>&1 &
  demo=$!
  trap 'kill $demo 2>/dev/null; wait $demo 2>/dev/null; rm -rf "$dir"' EXIT
  url=http://127.0.0.1:$((base + 4))
  for _ in $(seq 600); do
    curl -sf "$url/health/ready" >/dev/null && break
    kill -0 $demo || { cat "$dir/out"; exit 1; }
    sleep 0.5
  done
fi
(cd test/load && go run . -at "$url" -rate "${RATE:-300}" -users "${USERS_N:-50}" -seconds "${SECONDS_N:-30}")
"$corridor" soak --calm --orders "${ORDERS:-100}" --workers "${ORDERS:-100}" --base-port "$((base + 6))"
