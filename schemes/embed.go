// Package schemes carries the packs of this repository inside the program.
//
// Each folder is a scheme as a government writes it: scheme.yaml, form.yaml, tests.yaml and a README.md for the
// officer. Under sheets lie score sheets as an organisation writes its own. The package guarantees that what the program carries is what stands here, byte for byte; it reads and
// judges nothing. It is ground floor: data that imports no room. The language of the files is described in
// docs/scheme-language.md.
package schemes

import "embed"

// FS holds the packs, rooted at this folder; the paths of `extends` count from here.
//
//go:embed all:yrd all:cn-* all:sheets
var FS embed.FS
