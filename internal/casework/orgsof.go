package casework

import (
	"fmt"
	"slices"

	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/scheme"
)

// notOfKind are those of a list that the registry has as another kind, or does not have; unknown for a kind that it does not know.
func (w *world) notOfKind(orgs scheme.Value, kind string) (scheme.Value, error) {
	if !slices.Contains(registry.Kinds, kind) {
		return scheme.Value{}, nil
	}
	out := scheme.ListValue()
	for _, x := range orgs.List {
		o, err := w.s.c.Registry.OrgOn(w.ctx, w.tx, x.Text, w.day)
		switch {
		case fault.KindOf(err) == fault.NotFound, err == nil && o.Kind != kind:
			out.List = append(out.List, x)
		case err != nil:
			return scheme.Value{}, fmt.Errorf("kind of %s: %w", x.Text, err)
		}
	}
	return out, nil
}

// relatedAmong are those of a list that are affiliated with an organisation, or are it. It is unknown where none is found and of one it cannot
// be told.
func (w *world) relatedAmong(org string, orgs scheme.Value) (scheme.Value, error) {
	out, all := scheme.ListValue(), true
	for _, x := range orgs.List {
		yes, known, err := w.s.c.Registry.Related(w.ctx, w.tx, org, x.Text, w.day)
		if err != nil {
			return scheme.Value{}, fmt.Errorf("affiliation of %s and %s: %w", org, x.Text, err)
		}
		if yes {
			out.List = append(out.List, x)
		}
		all = all && known
	}
	if len(out.List) == 0 && !all {
		return scheme.Value{}, nil
	}
	return out, nil
}

// nameOrgs says of the facts by which an action was refused what the organisations are called.
func (w *world) nameOrgs(j scheme.Judgement) error {
	if j.First == nil {
		return nil
	}
	for i, f := range j.First.Saw {
		var zh, en string
		for n, x := range append(slices.Clone(f.Value.List), f.Value) {
			if x.Kind != scheme.Org {
				continue
			}
			o, err := w.s.c.Registry.Org(w.ctx, w.tx, x.Text)
			if fault.KindOf(err) == fault.NotFound {
				o.Name = fault.Words{x.Text, x.Text}
			} else if err != nil {
				return fmt.Errorf("name of %s: %w", x.Text, err)
			}
			if n > 0 {
				zh, en = zh+"、", en+", "
			}
			zh, en = zh+withCode(o.Name[0], x.Text), en+withCode(o.Name[1], x.Text)
		}
		if zh != "" {
			j.First.Saw[i].Says = fault.Words{zh, en}
		}
	}
	return nil
}

// withCode is a name and the code that it belongs to; the code alone where that is all there is.
func withCode(name, code string) string {
	if name == code {
		return code
	}
	return name + " " + code
}
