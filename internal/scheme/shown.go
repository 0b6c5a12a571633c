package scheme

// filled are the fields of a form, as the only facts that a condition of showing may look at besides the stage.
type filled map[string]Value

func (f filled) Fact(name string, _ ...Value) (Value, Vouched, error) {
	field, part, ok := formFact(name)
	if !ok || part != "" {
		return Value{}, Vouched{}, nil
	}
	return f[field], Vouched{By: "form"}, nil
}

// Shows says whether a field of the form is shown now: it has no condition, or its condition is not known to be false.
func (s *Scheme) Shows(field, stage string, fields map[string]Value) bool {
	e := s.compiled.shown[field]
	if e == nil {
		return true
	}
	v, _, err := e.eval(s.reading(filled(fields), stage, &Purse{}))
	return err != nil || !v.Known() || v.True()
}
