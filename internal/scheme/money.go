package scheme

// MoneyLine is one line of `money`, at one action.
type MoneyLine struct {
	Action string
	Verb   string // hold, capture, release, post
	Amount string // a sum or a list; "" for release and for rest
	Next   bool   // capture next T
	This   bool   // post this T
	Rest   bool   // post rest of ACC
	Hold   string // as H, of H, release H
	From   string // account
	To     string // account
	Last   bool
	Text   string
	At     Pos
}

// MoneyAt returns the lines of an action in the order in which they are written.
func (s *Scheme) MoneyAt(action string) []MoneyLine {
	var out []MoneyLine
	for _, l := range s.Money {
		if l.Action == action {
			out = append(out, l)
		}
	}
	return out
}
