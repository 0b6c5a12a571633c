package scheme

import "corridor/internal/fault"

// dropped is what `migrate` writes for a field that is left behind.
const dropped = "drop"

// Moved is what becomes of a draft's fields when it comes over to another edition.
type Moved struct {
	Fields  map[string]Value
	Renamed []MovedField
	Dropped []MovedField // what could not come along, for the person to see
}

// MovedField is a field of a draft that does not stand where it stood.
type MovedField struct {
	Field string      `json:"field"`
	Words fault.Words `json:"words"`
	To    string      `json:"to,omitempty"` // "" if it was left behind
	Value Value       `json:"value"`
}

// Receive takes the fields of a draft of another edition over into this one. `migrate` says where each goes, if it is
// written for that edition; a field that it does not name goes to the field of the same name. What the new form does not
// have, or takes only in another form, is dropped and told. Nothing is judged.
func (s *Scheme) Receive(from *Scheme, fields map[string]Value) Moved {
	out := Moved{Fields: map[string]Value{}}
	for _, name := range sortedKeys(fields) {
		v, to := fields[name], name
		if s.Migrate != nil && s.Migrate.From == from.Edition {
			if t, ok := s.Migrate.Fields[name]; ok {
				to = t
			}
		}
		old, _ := from.Field(name)
		m := MovedField{Field: name, Words: old.Words, Value: v}
		f, there := s.Field(to)
		switch _, taken := out.Fields[to]; {
		case to == dropped || !there || taken || !takes(f, v):
			out.Dropped = append(out.Dropped, m)
			continue
		case to != name:
			m.To = to
			out.Renamed = append(out.Renamed, m)
		}
		out.Fields[to] = v
	}
	return out
}

// Moves says what becomes of the fields of any draft of another edition: which go elsewhere, and which no draft can bring
// along, whatever stands in them.
func (s *Scheme) Moves(from *Scheme) (renamed, left []MovedField) {
	for f := range from.Form.All() {
		to := f.Name
		if s.Migrate != nil && s.Migrate.From == from.Edition {
			if t, ok := s.Migrate.Fields[f.Name]; ok {
				to = t
			}
		}
		m := MovedField{Field: f.Name, Words: f.Words}
		switch now, there := s.Field(to); {
		case to == dropped || !there || now.Type != f.Type:
			left = append(left, m)
		case to != f.Name:
			m.To = to
			renamed = append(renamed, m)
		}
	}
	return renamed, left
}

// takes says whether a field takes a value as it is.
func takes(f Field, v Value) bool {
	sh, ok := fieldShapes[f.Type]
	if !ok || v.Kind != sh.kind {
		return false
	}
	switch {
	case f.Type == "choice":
		return contains(f.Of, v.Text)
	case sh.elem == Group:
		for _, row := range v.List {
			for i, key := range row.Keys {
				sub, there := columnOf(f, key)
				if !there || row.List[i].Known() && !takes(sub, row.List[i]) {
					return false
				}
			}
		}
	case sh.kind == List:
		for _, x := range v.List {
			if x.Kind != sh.elem {
				return false
			}
		}
	}
	return true
}

func columnOf(f Field, name string) (Field, bool) {
	for _, sub := range f.Fields {
		if sub.Name == name {
			return sub, true
		}
	}
	return Field{}, false
}

// migration checks that what `migrate` maps to is a field of this form.
func (c *checker) migration() {
	if c.s.Migrate == nil {
		return
	}
	for old, to := range c.s.Migrate.Fields {
		if _, ok := c.s.Field(to); !ok && to != dropped {
			c.unknown(c.mark("migrate."+old), "field", to, c.fieldNames())
		}
	}
}
