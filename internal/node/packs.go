package node

import (
	"fmt"
	"io/fs"
	"strings"

	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
	"corridor/schemes"
)

// Packs loads the schemes that the program carries; one that does not pass is refused with its first problem.
func Packs() ([]*scheme.Scheme, error) { return PacksIn(schemes.FS) }

// PacksIn loads the schemes of another folder.
func PacksIn(folder fs.FS) ([]*scheme.Scheme, error) {
	var out []*scheme.Scheme
	err := fs.WalkDir(folder, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() != "scheme.yaml" {
			return err
		}
		s, problems := scheme.Load(folder, strings.TrimSuffix(path, "/scheme.yaml"))
		if len(problems) > 0 {
			return fmt.Errorf("scheme %s: %s", path, problems[0].Words.In(fault.EN))
		}
		out = append(out, s)
		return nil
	})
	return out, err
}

// PacksOf are those of one jurisdiction and of the cities and districts in it, which have their treasuries and rules on the
// same node.
func PacksOf(packs []*scheme.Scheme, code string) []*scheme.Scheme {
	var out []*scheme.Scheme
	for _, s := range packs {
		if unit.Region(s.Jurisdiction).In(unit.Region(code)) {
			out = append(out, s)
		}
	}
	return out
}

// othersOf picks the packs that neighbours run.
func othersOf(packs []*scheme.Scheme, code string) (out []*scheme.Scheme) {
	for _, s := range packs {
		if !s.Shared() && !unit.Region(s.Jurisdiction).In(unit.Region(code)) {
			out = append(out, s)
		}
	}
	return out
}
