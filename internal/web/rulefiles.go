package web

import (
	"slices"
	"strings"

	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/scheme"
)

// besideView is what stands beside a rule for an officer: the values that it looked at, and the files they are proved by.
type besideView struct {
	Values []valueView
	Files  []ruleFiles
}

// Any says whether there is something to look at.
func (e besideView) Any() bool { return len(e.Values)+len(e.Files) > 0 }

// valueView is a fact or a field with what it says, in the language of the page.
type valueView struct{ Name, Says string }

// ruleFiles is a field of the form with the files that were brought for it.
type ruleFiles struct {
	Words fault.Words
	Files []fileView
}

// has says whether a file stands there.
func (e besideView) has(digest string) bool {
	return slices.ContainsFunc(e.Files, func(r ruleFiles) bool {
		return slices.ContainsFunc(r.Files, func(f fileView) bool { return f.Digest == digest })
	})
}

// evidenceOf is what an officer looks at for a rule. Beside one that is computed stand the facts that it read, and the files of the
// parts of the form from which it read something. Beside one that the officer answers stand the fields that the pack names with
// their files; where it names none, the files of them all.
func (v *visit) evidenceOf(s *scheme.Scheme, c casework.Case, have caseFiles, a scheme.Answer) (e besideView) {
	for _, f := range toldIn(s, a, v.lang).Saw {
		name, says := casework.Told(f)
		e.Values = append(e.Values, valueView{name.In(v.lang), says.In(v.lang)})
	}
	rule, _ := s.Rules.Get(a.Need)
	wants := filesRead(s, a)
	for f := range s.Form.All() {
		if len(rule.Look) > 0 && !slices.Contains(rule.Look, f.Name) || len(rule.Look) == 0 && a.Ask == "" && !wants[f.Name] {
			continue
		}
		x := c.Fields[f.Name]
		if files := have.named(x); len(files) > 0 {
			e.Files = append(e.Files, ruleFiles{f.Words, files})
		} else if len(rule.Look) > 0 && x.Known() {
			e.Values = append(e.Values, valueView{f.Words.In(v.lang), v.shown(s, x)})
		}
	}
	return e
}

// filesRead are the fields of the parts of the form from which a rule read something.
func filesRead(s *scheme.Scheme, a scheme.Answer) map[string]bool {
	read := map[string]bool{a.Need: true}
	for _, f := range a.Saw {
		if field, ok := strings.CutPrefix(f.Name, "form."); ok {
			field, _, _ = strings.Cut(field, ".")
			read[field] = true
		}
	}
	out := map[string]bool{}
	for _, sec := range s.Form.Sections {
		if slices.ContainsFunc(sec.Fields, func(f scheme.Field) bool { return read[f.Name] }) {
			for _, f := range sec.Fields {
				out[f.Name] = true
			}
		}
	}
	return out
}

// moveEvidence takes what stands beside a rule over to the place where the officer answers it, where there is one.
func (a *actionView) moveEvidence(rule string) (e besideView) {
	for i := range a.Verdicts {
		if x := &a.Verdicts[i]; x.Need == rule && a.Refused == nil {
			e, x.Evidence = x.Evidence, besideView{}
		}
	}
	return e
}
