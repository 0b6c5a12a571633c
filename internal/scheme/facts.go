package scheme

import (
	"strings"
	"time"

	"corridor/internal/fault"
)

// Facts is what an action may see of the world. It is read in the transaction of the action and owned here;
// casework joins it to the registry, the books, the neighbours' letters and the case itself.
//
// Fact returns the value of a fact by the name it has in the language: "firm.staff", "form.quote",
// "form.provider.region", "parent.stage", "parcels.left" is answered here and never asked. A function's answer
// is asked by its name with its arguments: Fact("has_label", org, text, day). A fact that cannot be had is the
// zero Value with a nil error; an error means that the action cannot be judged now, and stops it.
// One reading asks for the same fact with the same arguments once. Fact need not be safe for concurrent use.
type Facts interface {
	Fact(name string, args ...Value) (Value, Vouched, error)
}

// Vouched says where a fact is from: who vouches for it and of when it is.
type Vouched struct {
	By string    `json:"by,omitempty"` // "registry:340000", "form", "clock", "node:310000"
	At time.Time `json:"at,omitzero"`  // the day or time the fact is of, UTC
}

// SeenFact is one fact as a decision saw it. Kept with the decision, it is all that Replay needs.
type SeenFact struct {
	Name    string  `json:"name"`
	Args    []Value `json:"args,omitempty"`
	Value   Value   `json:"value"`
	Vouched Vouched `json:"vouched,omitzero"`

	Words fault.Words `json:"words,omitzero"` // what people call it, in an Answer
	Says  fault.Words `json:"says,omitzero"`  // what the value says to people, where that needs the words of the scheme; else empty
}

// Key is the name with its arguments: has_label(F1, tech_sme, 2026-03-01).
func (f SeenFact) Key() string { return factKey(f.Name, f.Args) }

func factKey(name string, args []Value) string {
	if len(args) == 0 {
		return name
	}
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = a.String()
	}
	return name + "(" + strings.Join(parts, ", ") + ")"
}

// FactName is a fact that an action may read, found in its expressions. Args are the arguments as they are
// written in the pack, such as firm.id or "tech_sme"; they are values only once the action is judged.
type FactName struct {
	Name string
	Args []string
}

func (f FactName) String() string {
	if f.Args == nil {
		return f.Name
	}
	return f.Name + "(" + strings.Join(f.Args, ", ") + ")"
}

// Kept are facts that a decision saw; as Facts they answer the same again. A fact that is not among them is
// unknown, which a decision of the same edition never asks for.
type Kept []SeenFact

// Fact answers from what was kept.
func (k Kept) Fact(name string, args ...Value) (Value, Vouched, error) {
	key := factKey(name, args)
	for _, f := range k {
		if f.Key() == key {
			return f.Value, f.Vouched, nil
		}
	}
	return Value{}, Vouched{}, nil
}
