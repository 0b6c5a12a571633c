package web

import (
	"slices"
	"strings"

	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/scheme"
)

// lookAbroad shows a file of a case of another node: one that was brought here, or one that home shows and is asked for.
func (v *visit) lookAbroad() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	x, _, err := v.s.c.Cases.ShadowOf(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	a, content, err := v.abroadFileOf()
	if err != nil {
		return err
	}
	at := atAbroad + string(x.ID)
	v.under("/cases/abroad", "外地办件", "Cases of other nodes")
	v.under(at, x.Title[0]+" "+x.No, x.Title[1]+" "+x.No)
	return v.showLook(lookPage{Case: lookedCase{at, x.No, x.Title, x.Name, x.Demo}, File: caseFiles{id: x.ID, at: atAbroad}.view(string(a.Digest), a), Sought: v.soughtAbroad(x.Fields)}, a, content)
}

// abroadPicture is the picture of a file of a case of another node.
func (v *visit) abroadPicture() error {
	a, content, err := v.abroadFileOf()
	if err != nil {
		return err
	}
	return v.sendPicture(a, content)
}

// readShown are the types of fields whose value is read out of what home shows of them.
var readShown = []string{"text", "measure", "bound", "money", "count", "day"}

// soughtAbroad are the values that home has shown and that may stand in a file, each once. Of a field that is not ours home shows
// what people read: a sum and a day are read out of that, an organisation is looked for by both of its names.
func (v *visit) soughtAbroad(fields []casework.ShadowField) (out []sought) {
	s := formOf(fields)
	for _, f := range fields {
		name, x := f.Words.In(v.lang), f.Value
		switch {
		case x.Known():
			v.seek(&out, s, name, x)
		case f.Type == "org":
			seekWays(&out, name, f.Shown.In(v.lang), []string{f.Shown[0], f.Shown[1]})
		case slices.Contains(readShown, f.Type) && strings.TrimSpace(f.Shown[0]) != "":
			if x, err := scheme.ParseField(fieldAbroad(f), f.Shown.In(fault.ZH)); err == nil {
				v.seek(&out, s, name, x)
			}
		}
	}
	return out
}
