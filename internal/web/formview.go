package web

import "strings"

// option is one choice of a field.
type option struct{ Value, Name string }

// fieldOfForm is one field as a page draws it: its words, what describes it, what was typed and what is wrong with it.
type fieldOfForm struct {
	ID, Name, Label, Value, Bad string
	Type                        string // of an input; or textarea, select
	Help, Unit, Class           string
	Auto, Mode, Min, Max, List  string
	Accept, Hint                string
	Rows                        string
	Need, Many                  bool
	Options                     []option
}

// Described are the ids of what describes the field.
func (f fieldOfForm) Described() string {
	var ids []string
	if f.Help != "" {
		ids = append(ids, f.ID+"-h")
	}
	if f.Bad != "" {
		ids = append(ids, f.ID+"-e")
	}
	return strings.Join(ids, " ")
}

// drawField makes a field of a form. More are pairs of a word and its value: type, help, unit, class, auto, mode, min,
// max, list, accept, hint (a placeholder), rows, first (the value of a form that nobody has filled in), need and many.
func drawField(f *form, name, label string, more ...any) fieldOfForm {
	x := fieldOfForm{ID: f.ID(name), Name: f.Name(name), Label: label, Value: f.Value(name), Bad: f.Bad(name), Type: "text"}
	to := map[string]*string{"type": &x.Type, "help": &x.Help, "unit": &x.Unit, "class": &x.Class, "auto": &x.Auto, "mode": &x.Mode, "min": &x.Min,
		"max": &x.Max, "list": &x.List, "accept": &x.Accept, "hint": &x.Hint, "rows": &x.Rows}
	for i := 0; i+1 < len(more); i += 2 {
		word, _ := more[i].(string)
		switch value := more[i+1].(type) {
		case string:
			if at := to[word]; at != nil {
				*at = value
			}
			if word == "first" && (!f.Sent()) {
				x.Value = value
			}
		case bool:
			x.Need, x.Many = x.Need || word == "need" && value, x.Many || word == "many" && value
		case []option:
			x.Type, x.Options = "select", value
		}
	}
	if x.Type == "password" || x.Type == "file" {
		x.Value = "" // a password is typed again, and no page can fill in a file
	}
	return x
}
