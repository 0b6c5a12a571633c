#!/usr/bin/env bash
# image.sh [DIST]: builds the image of the release for this machine in DIST (dist) with buildah or podman, and tries it read only, as the
# installed one is run: a key is made, the node is ready, a document is read, and after a stop the data is still there.
set -euo pipefail
cd "$(dirname "$0")/.."
dist=$(cd "${1:-dist}" && pwd)
arch=$(go env GOARCH)
made=$(ls "$dist"/corridor-*-linux-"$arch".tar.gz 2>/dev/null | tail -1) || true
[ -n "$made" ] || { echo "there is no release for $arch in $dist: make release ARCH=$arch" >&2; exit 1; }
command -v podman >/dev/null || { echo "podman is missing: apt-get install podman" >&2; exit 1; }
work=$(mktemp -d) name=corridor-tried-$$
trap 'podman rm -f "$name" >/dev/null 2>&1 || true; podman volume rm -f "$name" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
tar xzf "$made" -C "$work" --strip-components=1
podman build -q -t corridor -f "$work/Containerfile" "$work"

mkdir "$work/etc"
sed -e '/^site:/d' -e 's/^secure: true/secure: false/' -e 's/^secret_file:.*/secret: image-tried-0123456789-0123456789/' "$work/corridor.yaml" >"$work/etc/corridor.yaml"
echo 'metrics: {allow: [0.0.0.0/0]}' >>"$work/etc/corridor.yaml"
chmod -R a+rX "$work"
node() { podman run "$@"; }
kept=(-v "$name:/var/lib/corridor" -v "$work/etc:/etc/corridor:ro" --read-only --tmpfs /tmp:mode=1777 --network host)
node --rm "${kept[@]}" corridor key log.example.gov/34 --out /var/lib/corridor/log.key
printf '安徽省科学技术厅与上海市科学技术委员会2024年签署了合作协议。\n' >"$work/etc/said.txt"
node --rm "${kept[@]}" corridor read /etc/corridor/said.txt
for round in first second; do
  node -d --name "$name" "${kept[@]}" -e CORRIDOR_ADDRESS=127.0.0.1:18030 corridor >/dev/null
  for i in $(seq 60); do curl -sf http://127.0.0.1:18030/health/ready >/dev/null && break; [ "$i" -lt 60 ] || { podman logs "$name"; exit 1; }; sleep 0.5; done
  podman stop -t 20 "$name" >/dev/null
  podman rm "$name" >/dev/null
  echo "ready, the $round time"
done
podman images corridor --format '{{.Repository}}:{{.Tag}} {{.Size}}'
