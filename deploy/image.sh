#!/usr/bin/env bash
# image.sh [DIST]: builds the image of the release for this machine in DIST (dist) with buildah, and tries it as the user that it names: a key
# is made, a document is read, the node is ready, and after a stop it is ready again on what it wrote. Buildah runs it in a changed root: that
# needs neither a daemon nor control groups.
set -euo pipefail
cd "$(dirname "$0")/.."
dist=$(cd "${1:-dist}" && pwd)
arch=$(go env GOARCH)
made=$(ls "$dist"/corridor-*-linux-"$arch".tar.gz 2>/dev/null | tail -1) || true
[ -n "$made" ] || { echo "there is no release for $arch in $dist: make release ARCH=$arch" >&2; exit 1; }
command -v buildah >/dev/null || { echo "buildah is missing: apt-get install buildah" >&2; exit 1; }
work=$(mktemp -d) tried=""
trap '[ -z "$tried" ] || buildah rm "$tried" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
tar xzf "$made" -C "$work" --strip-components=1
buildah bud -q -t corridor -f "$work/Containerfile" "$work"
tried=$(buildah from corridor)

mkdir "$work/etc"
sed -e '/^site:/d' -e 's/^secure: true/secure: false/' -e 's/^secret_file:.*/secret: image-tried-0123456789-0123456789/' "$work/corridor.yaml" >"$work/etc/corridor.yaml"
printf '安徽省科学技术厅与上海市科学技术委员会2024年签署了合作协议。\n' >"$work/etc/said.txt"
chmod -R a+rX "$work"
node() { buildah run --isolation chroot -v "$work/etc:/etc/corridor:ro" "$@"; }
node "$tried" -- /corridor key log.example.gov/34 --out /var/lib/corridor/log.key
node "$tried" -- /corridor read /etc/corridor/said.txt
for round in first second; do
  node -e CORRIDOR_ADDRESS=127.0.0.1:18030 "$tried" -- /corridor serve --config /etc/corridor/corridor.yaml >"$work/log" 2>&1 &
  for i in $(seq 60); do curl -sf http://127.0.0.1:18030/health/ready >/dev/null && break; [ "$i" -lt 60 ] || { tail -5 "$work/log" >&2; exit 1; }; sleep 0.5; done
  echo "ready, the $round time"
  pkill -TERM -f '^/corridor serve --config /etc/corridor/corridor.yaml' || true
  wait
done
buildah images --filter reference=corridor --format '{{.Name}} {{.Size}}'
