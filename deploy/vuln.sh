#!/usr/bin/env bash
# vuln.sh: known vulnerabilities in what the program uses, by govulncheck; exit 3 if it reaches one.
#
# What is known is asked of vuln.go.dev. Where that cannot be reached, the same reports come as a module of the Go
# proxy (golang.org/x/vulndb), out of which the database is made here; its day is printed. The standard library is
# that of the toolchain that go.mod names, with which releases are built.
set -euo pipefail
cd "$(dirname "$0")/.."
toolchain=$(sed -n 's/^toolchain //p' go.mod)
export GOFLAGS= GOTOOLCHAIN=$toolchain
known=https://vuln.go.dev
if ! curl -fsS --max-time 10 -o /dev/null "$known/index/db.json" 2>/dev/null; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  # Beside a module that needs nothing: what is downloaded has no say in what we build.
  (cd "$work" && go mod init known >/dev/null 2>&1 && go mod download -json golang.org/x/vulndb@latest >module.json)
  version=$(sed -n 's/^\t"Version": "\(.*\)",$/\1/p' "$work/module.json")
  source=$(sed -n 's/^\t"Dir": "\(.*\)",$/\1/p' "$work/module.json")
  echo "vuln.go.dev cannot be reached; reports of golang.org/x/vulndb@$version"
  (cd "$work" && go run "golang.org/x/vulndb/cmd/indexdb@$version" -out "$work/db" -vulns "$source/data/osv")
  known=file://$work/db
fi
go version
go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 -db "$known" "${@:-./...}"
