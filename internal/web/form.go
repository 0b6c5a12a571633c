package web

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/unit"
)

const (
	formMemoryMax = 1 << 20 // of a form with files; the rest waits on disk until the request ends
	groupRowsMax  = 200     // rows of a repeated part of a form
	formFilesMax  = 20      // files that one field sends at once
)

// form is what a browser sent, and what is wrong with it. A page that shows a refused form again shows it with what
// was typed and each refusal beside its field: templates ask Value, Bad, ID and Name, or draw a whole field with
// {{template "field" (field .Form "email" …)}}. A nil form is one that nobody has filled in yet.
//
// Fields are read by type (text, needed, day, fen, count, choice): what cannot be read is refused on its field,
// and err answers with all refusals at once. Repeated parts are groups of rows; see group.
type form struct {
	url.Values
	ids    string // what the ids of its fields begin with on the page; "" for none
	path   string // what the names of its fields begin with: "tasks.0." in a row
	bad    map[string]string
	all    fault.Many
	groups []*group
	sent   *multipart.Form
	lang   fault.Lang
	says   bool   // of a row: something was typed into it
	came   string // of a row: what its names began with when it was sent, before rows were dropped
}

// group is a repeated part of a form: rows of the same fields, named NAME.0.FIELD. How many rows a page shows stands
// in NAME.rows; the buttons NAME.more and NAME.drop (its value is the row) change only that, so that a form grows and
// shrinks without a script.
type group struct {
	Name  string
	Rows  []*form
	Most  int
	where []int // row on the page of each row that says something
}

// form reads what was sent, with or without files.
func (v *visit) form() (*form, error) {
	var err error
	if strings.HasPrefix(v.r.Header.Get("Content-Type"), "multipart/form-data") {
		err = v.r.ParseMultipartForm(formMemoryMax) // the server removes what waits on disk
	} else {
		err = v.r.ParseForm()
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, err
	case err != nil:
		return nil, fault.New(fault.Invalid, "web.form").Because(err)
	}
	return &form{Values: v.r.PostForm, sent: v.r.MultipartForm, lang: v.lang, bad: map[string]string{}}, nil
}

// posted is what was sent to the page of one thing: whose, and what.
func (v *visit) posted() (unit.ID, *form, error) {
	id, err := v.pathID()
	if err != nil {
		return id, nil, err
	}
	f, err := v.form()
	return id, f, err
}

// part is the part of a form whose fields' names begin with prefix, as a form of its own; its ids begin with ids.
func (f *form) part(prefix, ids string) *form {
	p := &form{Values: url.Values{}, ids: ids, path: f.path + prefix, sent: f.sent, lang: f.lang, bad: map[string]string{}}
	for name, values := range f.Values {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			p.Values[rest] = values
		}
	}
	return p
}

// on says what the ids of the form's fields begin with on its page.
func (f *form) on(ids string) *form {
	f.ids = ids
	return f
}

// Value is what was typed into a field; Bad is what is wrong with it; ID and Name are the field's on the page.
func (f *form) Value(name string) string {
	if f == nil {
		return ""
	}
	return f.Get(name)
}

func (f *form) Bad(name string) string {
	if f == nil {
		return ""
	}
	return f.bad[name]
}

func (f *form) ID(name string) string {
	if f == nil || f.ids == "" {
		return name
	}
	return f.ids + "-" + name
}

func (f *form) Name(name string) string {
	if f == nil {
		return name
	}
	return f.path + name
}

// refuse keeps what is wrong with a field.
func (f *form) refuse(name string, err error) {
	e := fault.Of(err).On(name)
	if f.bad[name] == "" {
		f.bad[name] = e.Sentence(f.lang)
	}
	f.all = append(f.all, e)
}

// err is everything that is wrong so far, rows of groups included; nil when all could be read.
func (f *form) err() error {
	all := append(fault.Many{}, f.all...)
	for _, g := range f.groups {
		for n, i := range g.where {
			for _, e := range g.Rows[i].all {
				all = append(all, e.On(fmt.Sprintf("%s.%d.%s", g.Name, n, e.Field)))
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// text is a field without the blanks around it.
func (f *form) text(name string) string { return strings.TrimSpace(f.Get(name)) }

// needed is a text that must not be empty.
func (f *form) needed(name string) string {
	s := f.text(name)
	if s == "" {
		f.refuse(name, fault.New(fault.Invalid, "web.needed"))
	}
	return s
}

// day is a day, or no day where none was given.
func (f *form) day(name string) (d unit.Day) {
	s := f.text(name)
	if s == "" {
		return d
	}
	d, err := unit.ParseDay(s)
	if err != nil {
		f.refuse(name, err)
	}
	return d
}

// fen is a sum of money, typed in yuan; an empty field is nothing.
func (f *form) fen(name string) (sum unit.Fen) {
	s := f.text(name)
	if s == "" {
		return 0
	}
	sum, err := unit.ParseFen(s)
	if err != nil {
		f.refuse(name, err)
	}
	return sum
}

// count is a whole number of at least least and at most most; an empty field is least.
func (f *form) count(name string, least, most int64) int64 {
	s := f.text(name)
	if s == "" {
		return least
	}
	n := wholeNumber(s)
	if n < least || n > most || n == 0 && strings.Trim(s, "0") != "" {
		f.refuse(name, fault.New(fault.Invalid, "web.count", "least", least, "most", most))
		return least
	}
	return n
}

// choice is one of some words; what is none of them is refused.
func (f *form) choice(name string, of ...string) string {
	s := f.Get(name)
	for _, o := range of {
		if s == o {
			return s
		}
	}
	f.refuse(name, fault.New(fault.Invalid, "web.choice"))
	return ""
}

// files are the files that a field sent, in their order; a field that was left empty sent none.
func (f *form) files(name string) []*multipart.FileHeader {
	if f.sent == nil {
		return nil
	}
	var out []*multipart.FileHeader
	at := f.path
	if f.came != "" {
		at = f.came
	}
	for _, h := range f.sent.File[at+name] {
		if h.Filename != "" || h.Size > 0 {
			out = append(out, h)
		}
	}
	if len(out) > formFilesMax {
		f.refuse(name, fault.New(fault.TooLarge, "web.files_many", "most", formFilesMax))
		return nil
	}
	return out
}

// file is the one file that a field sent, at most files.BytesMax of it; no content when the field was left empty.
func (f *form) file(name string) (file string, content []byte, err error) {
	all := f.files(name)
	if len(all) == 0 {
		return "", nil, f.err()
	}
	r, err := all[0].Open()
	if err != nil {
		return "", nil, fmt.Errorf("open the file that was sent: %w", err)
	}
	defer r.Close()
	content, err = io.ReadAll(io.LimitReader(r, files.BytesMax+1))
	return all[0].Filename, content, err
}

// given is a file that a field must send: one that was left empty, or has nothing in it, is refused.
func (f *form) given(name string) (file string, content []byte, err error) {
	if file, content, err = f.file(name); err == nil && len(content) == 0 {
		err = fault.New(fault.Invalid, "web.nothing_given").On(name)
	}
	return file, content, err
}

// group reads a repeated part: at least least rows are shown, at most most. again is true when only the number of rows
// was to change: then the page is shown again and nothing is done.
func (f *form) group(name string, fields []string, least, most int) (g *group, again bool) {
	g = &group{Name: name, Most: min(most, groupRowsMax)}
	f.groups = append(f.groups, g)
	prefix := name + "."
	drop := -1
	if s := f.Get(prefix + "drop"); s != "" {
		drop, again = int(wholeNumber(s)), true
	}
	for i := range min(int(wholeNumber(f.Get(prefix+"rows"))), g.Most) {
		if i == drop {
			continue
		}
		row := g.add(f)
		row.sent, row.came = f.sent, fmt.Sprintf("%s%s%d.", f.path, prefix, i)
		for _, field := range fields {
			name, weak := strings.CutSuffix(field, "?")
			for _, s := range f.Values[fmt.Sprintf("%s%d.%s", prefix, i, name)] {
				if s = strings.TrimSpace(s); s != "" {
					row.Add(name, s)
					row.says = row.says || !weak
				}
			}
		}
	}
	more := least - len(g.Rows)
	if f.Get(prefix+"more") != "" {
		more, again = max(more, 1), true
	}
	for range min(more, g.Most-len(g.Rows)) {
		g.add(f)
	}
	g.count()
	return g, again
}

// count finds the rows that say something.
func (g *group) count() {
	g.where = nil
	for i, row := range g.Rows {
		if row.says {
			g.where = append(g.where, i)
		}
	}
}

// says marks a row as saying something, when that is known only after it was read.
func (g *group) says(i int) {
	g.Rows[i].says = true
	g.count()
}

// add gives the group one more row, without values.
func (g *group) add(f *form) *form {
	i := len(g.Rows)
	row := &form{Values: url.Values{}, lang: f.lang, bad: map[string]string{}, ids: fmt.Sprintf("%s-%d", f.ID(g.Name), i),
		path: fmt.Sprintf("%s%s.%d.", f.path, g.Name, i)}
	g.Rows = append(g.Rows, row)
	return row
}

// filled are the rows that say something; a room that is given them numbers them from 0, and refusals come back by
// that number.
func (g *group) filled() []*form {
	out := make([]*form, len(g.where))
	for n, i := range g.where {
		out[n] = g.Rows[i]
	}
	return out
}

// blank is a form that nobody has filled in: what a page shows first.
func (v *visit) blank(ids string) *form {
	return &form{Values: url.Values{}, lang: v.lang, ids: ids, bad: map[string]string{}}
}

// Sent says whether somebody has filled the form in.
func (f *form) Sent() bool { return f != nil && len(f.Values) > 0 }

// place finds the field that a refusal names, keeps the sentence beside it and returns its id on the page.
func (f *form) place(field, sentence string) string {
	for _, g := range f.groups {
		rest, ok := strings.CutPrefix(field, g.Name+".")
		if !ok {
			continue
		}
		no, column, _ := strings.Cut(rest, ".")
		if n := int(wholeNumber(no)); n < len(g.where) {
			return g.Rows[g.where[n]].place(column, sentence)
		}
		return f.ID(g.Name)
	}
	if f.bad[field] == "" {
		f.bad[field] = sentence
	}
	return f.ID(field)
}

// refusedForm takes what is wrong with a form to be said on its page and beside its fields; see refused.
func (v *visit) refusedForm(f *form, err error) bool {
	before := len(v.problems)
	if !v.refused(err, nil) {
		return false
	}
	for i, e := range faults(err) {
		if p := &v.problems[before+i]; e.Field != "" {
			p.Anchor = f.place(e.Field, p.Sentence)
		}
	}
	return true
}
