package web

import (
	"strings"
	"sync"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// picksMax is how many are offered at once; who sees more than that types more of the name.
const picksMax = 12

// pickView is a search inside a form: its answers are buttons that put a code into the field, so it needs no script, and
// what was typed elsewhere in the form stays.
type pickView struct {
	Q     string // what was searched
	Asked bool
	Found []pickRow
	More  bool
	Named []pickRow // what the field holds now, by name
}

type pickRow struct{ Code, Name, Place string }

// pickable are the types of fields whose codes nobody knows by heart.
var pickable = map[string]bool{"org": true, "orgs": true, "office": true, "offices": true, "region": true}

// pickView is the search of a field; nil for one that has none.
func (v *visit) pickView(f scheme.Field, in *form) *pickView {
	if !pickable[f.Type] {
		return nil
	}
	p := &pickView{Q: in.text(f.Name + ".q"), Asked: in.Has(f.Name + ".asked")}
	for _, code := range strings.FieldsFunc(in.Get(f.Name), func(r rune) bool { return strings.ContainsRune("\n\r,，、;", r) }) {
		if code = strings.TrimSpace(code); code != "" {
			if row, ok := v.named(f.Type, code); ok {
				p.Named = append(p.Named, row)
			}
		}
	}
	if p.Asked && p.Q != "" {
		p.Found, p.More = v.find(f.Type, p.Q)
	}
	return p
}

// picked does what the buttons of a search ask for, in the form as it was typed: look, or take a code. enter is true when
// the form was sent by the enter key, which means the search whose words were typed.
func (v *visit) picked(s *scheme.Scheme, in *form, enter bool) (again bool) {
	for _, sec := range s.Form.Sections {
		for _, f := range sec.Fields {
			again = pickedIn(f, in, enter) || again
			for _, g := range in.groups {
				for i := range g.Rows {
					for _, sub := range f.Fields {
						if g.Name == f.Name && pickedIn(sub, g.Rows[i], enter) {
							g.says(i) // a row in which only a code was taken says something
							again = true
						}
					}
				}
			}
		}
	}
	return again
}

// pickedIn is picked for one field, of the form or of a row of a repeated part.
func pickedIn(f scheme.Field, in *form, enter bool) (again bool) {
	if !pickable[f.Type] {
		return false
	}
	if code := in.Get(f.Name + ".take"); code != "" {
		if list := in.text(f.Name); list != "" && (f.Type == "orgs" || f.Type == "offices") {
			code = list + "\n" + code
		}
		in.Set(f.Name, code)
		in.Del(f.Name + ".q")
		again = true
	}
	if in.Get(f.Name+".find") != "" || enter && in.text(f.Name+".q") != "" {
		in.Set(f.Name+".asked", "yes")
		again = true
	}
	return again
}

// named is what a code is called.
func (v *visit) named(kind, code string) (pickRow, bool) {
	switch kind {
	case "org", "orgs":
		o, err := v.org(code)
		return pickRow{o.Code, o.Name.In(v.lang), placeName(o.Region).In(v.lang)}, err == nil
	case "region":
		name := placeName(unit.Region(code)).In(v.lang)
		return pickRow{code, name, ""}, name != code
	}
	name := v.officeName(code)
	return pickRow{code, name, ""}, name != ""
}

// find searches what a field of a kind can hold.
func (v *visit) find(kind, q string) (out []pickRow, more bool) {
	switch kind {
	case "org", "orgs":
		found, err := v.s.c.Registry.Search(v.ctx(), registry.Query{Text: q, Page: 1, Rows: picksMax})
		if err != nil {
			return nil, false
		}
		for _, o := range found.Orgs {
			out = append(out, pickRow{o.Code, o.Name.In(v.lang), placeName(o.Region).In(v.lang)})
		}
		return out, found.Total > len(found.Orgs)
	case "region":
		for _, r := range regionNames() {
			if string(r.code) == q || strings.Contains(r.name[0], q) || strings.Contains(strings.ToLower(r.name[1]), strings.ToLower(q)) {
				out = append(out, pickRow{string(r.code), r.name.In(v.lang), ""})
			}
		}
	default:
		_ = v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) error {
			all, err := v.s.c.Registry.Authorities(v.ctx(), tx, "", v.s.c.Registry.Today(tx))
			for _, a := range all {
				if a.ID == q || strings.Contains(a.Name[0], q) || strings.Contains(strings.ToLower(a.Name[1]), strings.ToLower(q)) {
					out = append(out, pickRow{a.ID, a.Name.In(v.lang), placeName(a.Region).In(v.lang)})
				}
			}
			return err
		})
	}
	if len(out) > picksMax {
		return out[:picksMax], true
	}
	return out, false
}

type regionName struct {
	code unit.Region
	name fault.Words
}

// regionNames are the regions in force with their full names, in the order of their codes.
var regionNames = sync.OnceValue(func() (out []regionName) {
	regions, day := unit.GB2260(), unit.DayOf(time.Now(), beijing)
	var add func(parent unit.Region)
	add = func(parent unit.Region) {
		for _, r := range regions.Children(parent, day) {
			out = append(out, regionName{r, regions.FullName(r, day)})
			add(r)
		}
	}
	add("")
	return out
})
