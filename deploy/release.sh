#!/usr/bin/env bash
# release.sh OUT [ARCH…]: the files of a release of the commit that is checked out, into the folder OUT: for each machine a
# tar with program, unit and examples, its parts list (CycloneDX), and one SHA256SUMS. Without ARCH: amd64 arm64 loong64.
#
# The same commit gives the same bytes in any folder, on any day: paths are trimmed, times are those of the commit, and the
# part lists have neither a serial number nor a time. The toolchain is the one that go.mod names, whatever Go is installed:
# the go command fetches it once, by its sum, from the Go proxy. Nothing else is needed.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:?"usage: release.sh OUT [ARCH…]"}
shift
[ $# -gt 0 ] || set -- amd64 arm64 loong64
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$root"
if [ -n "$(git status --porcelain --untracked-files=no)" ]; then
  echo "release.sh: there are changes that no commit holds; a release is of a commit" >&2
  exit 1
fi
version=$(git describe --tags --always)
commit=$(git rev-parse HEAD)
stamp=$(git log -1 --format=%ct)
toolchain=$(sed -n 's/^toolchain //p' go.mod)
export CGO_ENABLED=0 GOOS=linux GOFLAGS=-trimpath GOTOOLCHAIN=$toolchain SOURCE_DATE_EPOCH=$stamp

for arch in "$@"; do
  name=corridor-$version-linux-$arch
  dir=$out/$name
  rm -rf "$dir"
  mkdir -p "$dir"
  GOARCH=$arch go build -buildvcs=true -ldflags '-s -w -buildid=' -o "$dir/corridor" ./cmd/corridor
  # The Go command counts files that git does not know as changes, and sees no commit in a linked worktree.
  built=$(go version -m "$dir/corridor")
  if ! grep -q "vcs.revision=$commit" <<<"$built" || ! grep -q "vcs.modified=false" <<<"$built"; then
    echo "release.sh: the program does not carry the commit alone; build in a clone, without files that git does not know" >&2
    exit 1
  fi
  cp LICENSE README.md docs/operating.md docs/security.md deploy/corridor.service deploy/corridor.yaml deploy/Containerfile deploy/install.sh "$dir/"
  mkdir "$dir/empty" # of which the image makes its folders
  # The tool runs on this machine, whatever machine the program is for.
  GOOS= GOFLAGS= go run github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0 bin -json -std -noserial -notimestamp \
    -version "$version" -output "$out/$name.cdx.json" "$dir/corridor" 2>"$out/$name.cdx.log" || { cat "$out/$name.cdx.log" >&2; exit 1; }
  rm -f "$out/$name.cdx.log"
  tar --sort=name --mtime="@$stamp" --owner=0 --group=0 --numeric-owner --mode='u=rwX,go=rX' -C "$out" -cf - "$name" | gzip -9n >"$out/$name.tar.gz"
  rm -rf "$dir"
  echo "$name.tar.gz"
done
cd "$out"
sha256sum corridor-"$version"-linux-*.tar.gz corridor-"$version"-linux-*.cdx.json >SHA256SUMS
