package scheme

import "corridor/internal/unit"

// Purse is the money side of one case: what was fixed, what is held, what went out. Casework keeps it with the
// case, as JSON, and gives it back at the next action. The zero Purse is that of a new case.
type Purse struct {
	Sums  map[string]unit.Fen `json:"sums,omitempty"`  // frozen amounts
	Lists map[string]Tranches `json:"lists,omitempty"` // frozen lists
	Holds map[string]Held     `json:"holds,omitempty"` // what is held now, by the name the pack gives it
	Out   map[string]unit.Fen `json:"out,omitempty"`   // by path: what this case has sent out, less what came back
}

// Tranches are the parts of a split sum; they make the sum exactly.
type Tranches struct {
	Parts []unit.Fen `json:"parts"`
	Taken int        `json:"taken"`
}

// Held is a hold that lives. A hold of nothing lives too, but has no transfer in the books.
type Held struct {
	ID   string   `json:"id"` // of the hold's posting, see Posting.ID
	Left unit.Fen `json:"left"`
	From Place    `json:"from"`
}

// clone copies the purse, so that an action that is refused changes nothing.
func (p Purse) clone() Purse {
	c := Purse{Sums: map[string]unit.Fen{}, Lists: map[string]Tranches{}, Holds: map[string]Held{}, Out: map[string]unit.Fen{}}
	for k, v := range p.Sums {
		c.Sums[k] = v
	}
	for k, v := range p.Lists {
		c.Lists[k] = Tranches{Parts: append([]unit.Fen(nil), v.Parts...), Taken: v.Taken}
	}
	for k, v := range p.Holds {
		c.Holds[k] = v
	}
	for k, v := range p.Out {
		c.Out[k] = v
	}
	return c
}
