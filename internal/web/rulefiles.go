package web

import (
	"slices"
	"strings"

	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/scheme"
)

// ruleFiles is a field of the form with the files that were brought for it.
type ruleFiles struct {
	Words fault.Words
	Files []fileView
}

// evidenceOf are the files that an officer looks at for a rule: those of the parts of the form from which it read something. A rule
// that the officer answers reads nothing by itself: then it is all of them.
func evidenceOf(s *scheme.Scheme, c casework.Case, have caseFiles, a scheme.Answer) (out []ruleFiles) {
	read := map[string]bool{a.Need: true}
	for _, f := range a.Saw {
		if field, ok := strings.CutPrefix(f.Name, "form."); ok {
			field, _, _ = strings.Cut(field, ".")
			read[field] = true
		}
	}
	for _, sec := range s.Form.Sections {
		if a.Ask == "" && !slices.ContainsFunc(sec.Fields, func(f scheme.Field) bool { return read[f.Name] }) {
			continue
		}
		for _, f := range sec.Fields {
			if files := have.named(c.Fields[f.Name]); len(files) > 0 {
				out = append(out, ruleFiles{f.Words, files})
			}
		}
	}
	return out
}
