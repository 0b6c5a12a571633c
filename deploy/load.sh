#!/usr/bin/env bash
# load.sh [sqlite|postgres|both|URL]: 300 requests a second of 50 signed-in people at Anhui's node over a world of the size yrd, first alone, then
# beside its four neighbours, each a process of its own; then 100 orders at once between five nodes. It prints a table. With URL it asks a
# node that runs.
#
# The worlds are made once, in LOAD_DIR (artefacts/load), which takes some minutes and 3 GB each; they are kept for the next time.
# A world keeps its ports. SCALE, RATE, USERS_N, SECONDS_N, ORDERS and BASE (the first of 20 ports, 9984) change what is run. PostgreSQL is a cluster made for it
# in LOAD_DIR/pg with its own settings of a fresh one, listening in that folder only; as root it is run by the user postgres.
set -euo pipefail
cd "$(dirname "$0")/.."
corridor=$PWD/bin/corridor
export GOGC=${GOGC:-150} # as the unit has it
what=${1:-both} base=${BASE:-9984} worlds=${LOAD_DIR:-$PWD/artefacts/load} scale=${SCALE:-yrd}
pids=() pgdata=""
mkdir -p "$worlds"
worlds=$(cd "$worlds" && pwd)
(cd test/load && go build -o "$worlds/ask" .)
ask=("$worlds/ask" -rate "${RATE:-300}" -users "${USERS_N:-50}" -seconds "${SECONDS_N:-30}")
if [[ $what == http* ]]; then exec "${ask[@]}" -at "$what"; fi

halt() { for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done; for p in "${pids[@]}"; do wait "$p" 2>/dev/null || true; done; pids=(); }
as() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
leave() { halt; if [ -n "$pgdata" ]; then as "$pgbin/pg_ctl" -D "$pgdata" -m fast -w stop >/dev/null || true; fi; }
trap leave EXIT

# until_ready waits until nodes answer; the first argument is where they write, the others are which of the five, from 0.
until_ready() {
  for p in "${@:2}"; do
    until curl -sf "http://127.0.0.1:$((base + p))/health/ready" >/dev/null; do
      for q in "${pids[@]}"; do kill -0 "$q" 2>/dev/null || { tail -5 "$1" >&2; exit 1; }; done
      sleep 0.5
    done
  done
}

# until_mirrored waits until Anhui has taken in what the others list.
until_mirrored() {
  until curl -sf "http://127.0.0.1:$((base + 4))/metrics" | awk '
      /^corridor_peer_size/     { split($1, a, "\""); size[a[2]] = $2 }
      /^corridor_peer_mirrored/ { split($1, a, "\""); for (i = 2; i < 5; i += 2) if (a[i] ~ /^[0-9]+$/) peer = a[i]; if (!(peer in next_) || $2 < next_[peer]) next_[peer] = $2 }
      END { for (p in size) { n++; if (next_[p] < size[p]) late = 1 } exit (n < 4 || late) }'; do sleep 2; done
}

postgres() { # starts the cluster, made anew where there is none
  pgbin=$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | tail -1 || command -v initdb)")
  pgdata=$worlds/pg/data
  if [ ! -d "$pgdata" ]; then
    mkdir -p "$worlds/pg"
    [ "$(id -u)" != 0 ] || chown postgres "$worlds/pg"
    (cd "$worlds/pg" && as "$pgbin/initdb" -D "$pgdata" -U postgres -A trust -E UTF8 --no-locale >/dev/null)
  fi
  (cd "$worlds/pg" && as "$pgbin/pg_ctl" -D "$pgdata" -w -l "$worlds/pg/log" -o "-k /tmp -c listen_addresses= -c port=$((base + 19)) -c max_connections=200" start >/dev/null)
  if [ ! -e "$worlds/postgres/made" ]; then
    for n in 30 31 32 33 34; do PGOPTIONS="-c client_min_messages=warning" "$pgbin/psql" -q -h /tmp -p $((base + 19)) -U postgres -c "DROP DATABASE IF EXISTS corridor_$n" -c "CREATE DATABASE corridor_$n"; done
    rm -rf "$worlds/postgres"
  fi
}

rows=()
for db in sqlite postgres; do
  [ "$what" = both ] || [ "$what" = $db ] || continue
  dir=$worlds/$db place=()
  if [ $db = postgres ]; then
    postgres
    place=(--dsn "postgres://postgres@/corridor_{node}?host=/tmp&port=$((base + 19))")
  fi
  mkdir -p "$dir"
  if [ ! -e "$dir/made" ]; then
    echo "$db: a world of the size $scale is made in $dir" >&2
    "$corridor" demo --scale "$scale" --dir "$dir" --base-port "$base" "${place[@]}" >"$dir/out" 2>&1 &
    pids=($!)
    until_ready "$dir/out" 0 1 2 3 4
    until_mirrored
    halt
    echo "$base" >"$dir/made"
  fi
  read -r base <"$dir/made" # its community file names the ports
  for nodes in 4 "0 1 2 3 4"; do # Anhui's alone, as a node has a machine, and with all its neighbours on it
    for n in $nodes; do
      "$corridor" soak node --dir "$dir" --base-port "$base" --code $((300000 + 10000 * n)) "${place[@]}" >>"$dir/out" 2>&1 &
      pids+=($!)
    done
    until_ready "$dir/out" $nodes
    beside="alone"
    if [ "$nodes" != 4 ]; then
      beside="with its neighbours"
      until_mirrored
    fi
    "$worlds/ask" -rate 50 -users "${USERS_N:-50}" -seconds 5 -at "http://127.0.0.1:$((base + 4))" >/dev/null # what is made at the first use is made
    rows+=("$("${ask[@]}" -row "$db, $scale, $beside" -at "http://127.0.0.1:$((base + 4))")") || failed=1
    halt
  done
done
"$corridor" soak --calm --orders "${ORDERS:-100}" --workers "${ORDERS:-100}" --base-port "$((base + 6))" || failed=1
printf '\n| database, world | asked | answered well | median | p95 | p99 | longest | failed | memory of the node | load of the machine |\n|---|---|---|---|---|---|---|---|---|---|\n'
printf '%s\n' "${rows[@]}"
echo "$(go version | cut -d' ' -f3), $(nproc) processors, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), corridor $(git rev-parse --short HEAD 2>/dev/null || true)"
exit "${failed:-0}"
