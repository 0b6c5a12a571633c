package web

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// fileView is a file of a case as a page shows it. Look is the address where it is looked at without opening it; "" where it cannot be.
type fileView struct {
	Digest, Name, Path, Size, Look string
}

// caseFiles are the files of one case.
type caseFiles struct {
	id  unit.ID
	all map[files.Digest]casework.Attached
	at  string // what the addresses begin with
}

func (v *visit) filesOf(id unit.ID) (caseFiles, error) {
	all, err := v.s.c.Cases.Attachments(v.ctx(), v.who, id)
	return caseFiles{id, all, atCases}, err
}

// What the addresses of a case of this node begin with, and of one of another.
const (
	atCases  = "/cases/"
	atAbroad = "/abroad/"
)

// view is a file of the case, with the addresses of its digest.
func (c caseFiles) view(digest string, a casework.Attached) fileView {
	f := fileView{Digest: digest, Name: a.Name, Path: fmt.Sprintf("%s%s/files/%s", c.at, c.id, digest), Size: sizeText(a.Size)}
	if canLook(a.Type) {
		f.Look = f.Path + "/look"
	}
	return f
}

// digests are the files that a form holds by their digests.
func (c caseFiles) digests(all []string) []fileView {
	var out []fileView
	for _, d := range all {
		if a, ok := c.all[files.Digest(d)]; ok {
			out = append(out, c.view(d, a))
		}
	}
	return out
}

// named are the files that a value names, wherever in it.
func (c caseFiles) named(v scheme.Value) []fileView {
	if v.Kind == scheme.File {
		return c.digests([]string{v.Text})
	}
	var out []fileView
	for _, x := range v.List {
		out = append(out, c.named(x)...)
	}
	return out
}

// sizeText is a size in bytes, KiB or MiB.
func sizeText(bytes int64) string {
	if bytes < 1<<10 {
		return fmt.Sprintf("%d B", bytes)
	}
	if bytes < 1<<20 {
		return fmt.Sprintf("%.1f KiB", float64(bytes)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
}

func takesFiles(f scheme.Field) bool { return f.Type == "file" || f.Type == "files" }

func fileHelp(lang fault.Lang, many bool) string {
	most := fmt.Sprint(files.BytesMax >> 20)
	if many {
		return fault.Words{"可选多个文件，每次合计不超过 " + most + " MiB", "several files, together at most " + most + " MiB at a time"}.In(lang)
	}
	return fault.Words{"一个文件，不超过 " + most + " MiB；再选会替换", "one file of at most " + most + " MiB; another one replaces it"}.In(lang)
}

// kept are the digests that a field for files holds, without those that were ticked to be left out.
func kept(f *form, name string) []string {
	var out []string
	for _, d := range f.Values[name+".kept"] {
		if d != "" && !slices.Contains(f.Values[name+".drop"], d) && !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}

// bringIn keeps the files that came with a form and puts their digests into its fields, so that a form which is refused
// for another reason has lost none of them.
func (v *visit) bringIn(c casework.Case, s *scheme.Scheme, f *form) {
	mine := v.s.c.Cases.Fills(v.who, c)
	for _, sec := range s.Form.Sections {
		for _, field := range sec.Fields {
			switch {
			case !mine[field.Name]:
			case takesFiles(field):
				v.bring(c.ID, field, f)
			case field.Type == "group":
				for _, g := range f.groups {
					for i, row := range g.Rows {
						for _, sub := range field.Fields {
							if g.Name == field.Name && takesFiles(sub) && v.bring(c.ID, sub, row) {
								g.says(i)
							}
						}
					}
				}
			}
		}
	}
}

// bring keeps the files of one field; it answers whether the field holds any.
func (v *visit) bring(id unit.ID, field scheme.Field, f *form) bool {
	return v.bringTo(field, f, func(name string, r io.Reader) (files.Digest, error) {
		a, err := v.s.c.Cases.Attach(v.ctx(), v.who, id, name, r)
		return a.Digest, err
	})
}

// bringTo keeps the files of one field by attach.
func (v *visit) bringTo(field scheme.Field, f *form, attach func(name string, r io.Reader) (files.Digest, error)) bool {
	all := kept(f, field.Name)
	for _, h := range f.files(field.Name) {
		r, err := h.Open()
		if err == nil {
			var digest files.Digest
			if digest, err = attach(h.Filename, r); err == nil {
				all = append(slices.DeleteFunc(all, func(d string) bool { return d == string(digest) }), string(digest))
			}
			r.Close()
		}
		if err != nil {
			f.refuse(field.Name, err)
		}
	}
	if field.Type == "file" && len(all) > 1 {
		all = all[len(all)-1:]
	}
	f.Del(field.Name + ".drop")
	if f.Has(field.Name+".kept") || len(all) > 0 {
		f.Values[field.Name+".kept"] = append([]string{""}, all...) // the empty one says that the field was on the page
	}
	return len(all) > 0
}

// putTyped puts a saved value into a form's fields, as it is typed.
func putTyped(to url.Values, name string, x scheme.Value) {
	switch {
	case x.Kind == scheme.File:
		to[name+".kept"] = []string{x.Text}
	case x.Kind == scheme.List && len(x.List) > 0 && x.List[0].Kind == scheme.File:
		for _, f := range x.List {
			to.Add(name+".kept", f.Text)
		}
	case x.Kind == scheme.List && len(x.List) > 0 && x.List[0].Kind == scheme.Group:
		to.Set(name+".rows", fmt.Sprint(len(x.List)))
		for i, row := range x.List {
			for j, column := range row.Keys {
				if row.List[j].Known() {
					putTyped(to, fmt.Sprintf("%s.%d.%s", name, i, column), row.List[j])
				}
			}
		}
	default:
		to.Set(name, typedForm(x))
	}
}

// typedForm is a value as it is typed into its field: entries of a list on lines of their own, rows of a group as JSON.
func typedForm(x scheme.Value) string {
	switch {
	case x.Kind == scheme.Money:
		return x.Fen().Yuan()
	case x.Kind == scheme.List && len(x.List) > 0 && x.List[0].Kind == scheme.Group:
		rows := make([]map[string]string, len(x.List))
		for i, row := range x.List {
			rows[i] = map[string]string{}
			for j, column := range row.Keys {
				if row.List[j].Known() {
					rows[i][column] = typedForm(row.List[j])
				}
			}
		}
		return jsonText(rows)
	case x.Kind == scheme.List:
		lines := make([]string, len(x.List))
		for i, e := range x.List {
			lines[i] = typedForm(e)
		}
		return strings.Join(lines, "\n")
	}
	return x.String()
}

// typedRows are the rows of a group that say something, as casework reads them; no rows empty the field.
func typedRows(f scheme.Field, g *group) string {
	var rows []map[string]string
	for _, row := range g.filled() {
		one := map[string]string{}
		for _, sub := range f.Fields {
			if one[sub.Name] = row.text(sub.Name); takesFiles(sub) {
				one[sub.Name] = strings.Join(kept(row, sub.Name), "\n")
			}
		}
		rows = append(rows, one)
	}
	if len(rows) == 0 {
		return ""
	}
	return jsonText(rows)
}

func jsonText(x any) string {
	b, _ := json.Marshal(x) // maps of texts always marshal
	return string(b)
}

// caseFile is a file of a case, always as a download: what somebody brought is never shown as it came (filelook.go shows what was
// made of it).
func (v *visit) caseFile() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	a, content, err := v.s.c.Cases.Attachment(v.ctx(), v.who, id, files.Digest(v.r.PathValue("digest")))
	if err != nil {
		return err
	}
	return v.download(a.Name, "application/octet-stream", content)
}
